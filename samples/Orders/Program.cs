using Orders.Activity;
using Orders.Hosting;
using Orders.Tour;

var configuration = new ConfigurationBuilder()
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
    .AddEnvironmentVariables()
    .Build();

return await CommandLine.RunAsync(args, configuration, settings =>
{
    var time = TimeProvider.System;
    var feed = new ActivityFeed(time);
    var broker = new Broker(settings.Broker);

    return settings switch
    {
        { Once: true } => GuidedTour.RunAsync(broker, feed, configuration, time),
        { Role: Role.Worker } => Processes.RunWorkerAsync(settings, broker, feed, configuration, time),
        { Role: Role.Web } => Processes.RunWebAsync(settings, broker, feed, configuration, time),
        _ => Processes.RunAllAsync(settings, broker, feed, configuration, time),
    };
});
