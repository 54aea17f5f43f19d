using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Dashboard.Tests;

/// <summary>An application with the dashboard and workers, on a free port of this machine; on the embedded broker if nothing else is said.</summary>
internal sealed class ShopHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ShopHost(WebApplication app)
    {
        _app = app;
        Root = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Root };
    }

    public Uri Root { get; }

    public Uri Dashboard => new(Root, "/dashboard/");

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public IShop Shop => Services.GetRequiredService<IShop>();

    public Shipped Shipped => Services.GetRequiredService<Shipped>();

    public IDeadLetters DeadLetters => Services.GetRequiredService<IDeadLetters>();

    public static async Task<ShopHost> StartAsync(
        CancellationToken cancellationToken,
        Action<DashboardOptions>? dashboard = null,
        Action<MessagingBuilder>? messaging = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        string environment = "Development",
        int port = 0,
        bool withWorkers = true)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        services?.Invoke(builder.Services);
        builder.Services.AddSingleton<Shipped>();
        var own = builder.Services.AddMessaging();
        if (messaging is null)
        {
            own.UseInMemory();
        }

        messaging?.Invoke(own);
        own.AddDashboard(dashboard).AddRequester<IShop>();
        if (withWorkers)
        {
            own.AddWorker<IShop, ShopWorker>().AddWorker<IBilling, BillingWorker>();
        }

        var app = builder.Build();
        if (map is null)
        {
            app.MapMessagingDashboard();
        }
        else
        {
            map(app);
        }

        await app.StartAsync(cancellationToken);
        return new ShopHost(app);
    }

    /// <summary>Sends commands that fail, and returns when they are dead letters.</summary>
    public async Task FailAsync(IReadOnlyList<Ship> commands, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? headers = null)
    {
        var before = await DeadLetters.CountAsync("shop", cancellationToken);
        var shop = Shop.With(new CallOptions { Headers = headers });
        foreach (var command in commands)
        {
            await shop.ShipAsync(command, cancellationToken);
        }

        while (await DeadLetters.CountAsync("shop", cancellationToken) < before + commands.Count)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
