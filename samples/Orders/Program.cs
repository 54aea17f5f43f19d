using Orders.Activity;
using Orders.Hosting;
using Orders.Tour;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
    .AddEnvironmentVariables()
    .Build();

return await CommandLine.RunAsync(args, configuration, async settings =>
{
    var time = TimeProvider.System;
    var feed = new ActivityFeed(time);
    using var broker = new Broker(settings.Broker);

    return settings switch
    {
        { Once: true } => await GuidedTour.RunAsync(broker, feed, configuration, time),
        { Role: Role.Worker } => await Processes.RunWorkerAsync(settings, broker, feed, configuration, time),
        { Role: Role.Web } => await Processes.RunWebAsync(settings, broker, feed, configuration, time),
        _ => await Processes.RunAllAsync(settings, broker, feed, configuration, time),
    };
});
