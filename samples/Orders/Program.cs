using Orders.Activity;
using Orders.Hosting;
using Orders.Tour;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
    .AddEnvironmentVariables()
    .Build();

return await CommandLine.RunAsync(args, configuration, async settings =>
{
    using var telemetry = new OtlpExport();
    using var broker = new Broker(settings.Broker);
    var here = new Surroundings(broker, new ActivityFeed(TimeProvider.System), configuration, TimeProvider.System);

    return settings switch
    {
        { Once: true } => await GuidedTour.RunAsync(here),
        { Role: Role.Worker } => await Processes.RunWorkerAsync(settings, here),
        { Role: Role.Web } => await Processes.RunWebAsync(settings, here),
        _ => await Processes.RunAllAsync(settings, here),
    };
});
