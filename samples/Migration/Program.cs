using Migration.Tour;

if (args is not ([] or ["--broker", _]))
{
    await Console.Error.WriteLineAsync("Usage: dotnet run --project samples/Migration [-- --broker amqp://localhost]");
    return 2;
}

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5));
await using var surroundings = new Surroundings(args is [_, var uri] ? new Uri(uri) : null);
await using var tour = new MigrationTour(surroundings, Console.Out);
await tour.RunAsync(stop.Token);
return 0;
