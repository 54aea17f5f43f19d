using Messaging.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Explorer;

/// <summary>A gateway with an explorer, in front of the orders and the catalog, and of billing, which is away.</summary>
internal sealed class ShopHost : IAsyncDisposable
{
    private readonly GatewayHost _gateway;

    private ShopHost(GatewayHost gateway)
    {
        _gateway = gateway;
        Client = new HttpClient { BaseAddress = gateway.Http };
    }

    public HttpClient Client { get; }

    public Uri Explorer => new(_gateway.Http, "/explorer");

    public static async Task<ShopHost> StartAsync(CancellationToken cancellationToken) => new(await GatewayHost.StartAsync(
        static builder => builder.AddWorker<IOrders, OrdersWorker>().AddWorker<ICatalog, CatalogWorker>(),
        static options =>
        {
            options.Services.Clear();
            options.Services.UnionWith(["orders", "catalog", "billing"]);
        },
        cancellationToken,
        static app => app.MapMessagingExplorer()));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _gateway.DisposeAsync();
    }
}
