using Messaging.Transport;
using Orders.Activity;
using Orders.Contracts;
using Orders.Hosting;
using Orders.Web;

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
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        Configure(builder, name, here);
        // Ctrl+C belongs to the process that hosts the workers; it stops them in its own order.
        builder.Services.AddSingleton<IHostLifetime, HostedWithin>();
        var instance = new WorkerInstance(name, builder.Build(), here.Feed);
        await instance._host.StartAsync(ct);
        here.Feed.Publish(new ActivityEntry(name, Happening.Joined));
        return instance;
    }

    /// <summary>Runs a worker until the process is told to stop.</summary>
    /// <param name="name">What it is called in the live view.</param>
    /// <param name="here">What it shares with its process.</param>
    /// <param name="health">Where it answers whether it is well, e.g. <c>http://*:8081</c>; null for nowhere.</param>
    public static async Task RunAsync(string name, Surroundings here, string? health)
    {
        using var host = health is null ? Build(name, here) : BuildWithHealth(name, here, health);
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

    private static IHost Build(string name, Surroundings here)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        Configure(builder, name, here);
        return builder.Build();
    }

    private static WebApplication BuildWithHealth(string name, Surroundings here, string urls)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(urls);
        builder.Logging.ClearProviders();
        Configure(builder, name, here);
        builder.Services.AddHealthChecks().AddMessaging();
        var app = builder.Build();
        app.MapHealth();
        return app;
    }

    private static void Configure(IHostApplicationBuilder builder, string name, Surroundings here)
    {
        builder.Configuration.AddConfiguration(here.Configuration);
        builder.Logging.AddProvider(new FeedLoggerProvider(here.Feed, name));
        builder.Services.AddSingleton(here.Feed);
        builder.Services.AddSingleton(new WorkerName(name));
        here.Broker.Use(builder.Services.AddMessaging(), name)
            .UseJson(OrdersJson.Default)
            .AddWorker<IOrders, OrdersHandler>(o => o.Use<TellsTheFeed>());
    }

    private sealed class HostedWithin : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
