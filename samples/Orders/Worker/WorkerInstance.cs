using Messaging.Transport;
using Orders.Activity;
using Orders.Contracts;
using Orders.Hosting;

namespace Orders.Worker;

/// <summary>One worker with a host of its own, as it would be alone in its process. Several may share this process.</summary>
internal sealed class WorkerInstance : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ActivityFeed _feed;
    private bool _left;

    private WorkerInstance(string name, IHost host, ActivityFeed feed) => (Name, _host, _feed) = (name, host, feed);

    public string Name { get; }

    /// <summary>Starts a worker that lives until <see cref="StopAsync"/>.</summary>
    public static async Task<WorkerInstance> StartAsync(string name, Surroundings here, CancellationToken ct)
    {
        var builder = Configure(name, here);
        // Ctrl+C belongs to the process that hosts the workers; it stops them in its own order.
        builder.Services.AddSingleton<IHostLifetime, HostedWithin>();
        var instance = new WorkerInstance(name, builder.Build(), here.Feed);
        await instance._host.StartAsync(ct);
        here.Feed.Publish(new ActivityEntry(name, Happening.Joined));
        return instance;
    }

    /// <summary>Runs a worker until the process is told to stop.</summary>
    public static async Task RunAsync(string name, Surroundings here)
    {
        using var host = Configure(name, here).Build();
        await host.StartAsync();
        here.Feed.Publish(new ActivityEntry(name, Happening.Joined));
        await host.WaitForShutdownAsync();
        here.Feed.Publish(new ActivityEntry(name, Happening.Left));
    }

    /// <summary>Takes no more calls, finishes those it has, and goes.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (!_left)
        {
            _left = true;
            await _host.StopAsync(ct);
            _feed.Publish(new ActivityEntry(Name, Happening.Left));
        }
    }

    /// <summary>Pulls the connection to the broker out: nothing is drained, answered or acknowledged.</summary>
    public async Task UnplugAsync()
    {
        _left = true;
        await _host.Services.GetRequiredService<ITransport>().DisposeAsync();
        _feed.Publish(new ActivityEntry(Name, Happening.Died));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static HostApplicationBuilder Configure(string name, Surroundings here)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddConfiguration(here.Configuration);
        builder.Logging.AddProvider(new FeedLoggerProvider(here.Feed, name));
        builder.Services.AddSingleton(here.Feed);
        builder.Services.AddSingleton(new WorkerName(name));
        here.Broker.Use(builder.Services.AddMessaging(), name)
            .UseJson(OrdersJson.Default)
            .AddWorker<IOrders, OrdersHandler>(o => o.Use<TellsTheFeed>());
        return builder;
    }

    private sealed class HostedWithin : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
