using System.Diagnostics;
using System.Globalization;
using Messaging;
using Messaging.CatalogueLoad;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;

// What many instances that announce themselves cost a broker: its processor time with none, one and several listeners.
var instances = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
var run = TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 30);
var interval = TimeSpan.FromSeconds(5);

await using var broker = await PrivateBroker.StartNewAsync();
var processId = int.Parse((await broker.RabbitmqctlAsync("eval", "list_to_integer(os:getpid()).")).Trim(), CultureInfo.InvariantCulture);
await using var crowd = await Crowd.GatherAsync(broker.Uri, instances, interval);
await Console.Out.WriteLineAsync($"{instances} instances, {crowd.Bytes} bytes each, every {interval.TotalSeconds:0} s, {run.TotalSeconds:0} s a row");
await Console.Out.WriteLineAsync("| listeners | broker's CPU, of one processor |\n|---|---|");
await MeasureAsync("nobody announces", 0);
crowd.Start(interval);
foreach (var listeners in new[] { 0, 1, 5 })
{
    await MeasureAsync(listeners.ToString(CultureInfo.InvariantCulture), listeners);
}

async Task MeasureAsync(string row, int listeners)
{
    var providers = new List<ServiceProvider>();
    try
    {
        for (var i = 0; i < listeners; i++)
        {
            var services = new ServiceCollection();
            services.AddMessaging().UseRabbitMq(options => options.Uri = broker.Uri);
            providers.Add(services.BuildServiceProvider());
            await providers[^1].GetRequiredService<IServiceCatalogue>().ListAsync();
        }

        // What the start has left to do is not measured.
        await Task.Delay(interval * 1.5);
        var (before, started) = (ProcessorTime.Of(processId), Stopwatch.GetTimestamp());
        await Task.Delay(run);
        var share = (ProcessorTime.Of(processId) - before) / Stopwatch.GetElapsedTime(started);
        foreach (var provider in providers)
        {
            var listed = (await provider.GetRequiredService<IServiceCatalogue>().ListAsync()).Count;
            if (listed != instances)
            {
                throw new InvalidOperationException($"A catalogue lists {listed} instances of {instances}.");
            }
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {row} | {share:P1} |"));
    }
    finally
    {
        foreach (var provider in providers)
        {
            await provider.DisposeAsync();
        }
    }
}
