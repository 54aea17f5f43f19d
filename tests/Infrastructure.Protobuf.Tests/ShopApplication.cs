using Messaging.Descriptions;
using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Protobuf;

/// <summary>A worker and a requester of the shop on the embedded broker.</summary>
internal sealed class ShopApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private ShopApplication(IHost host, Task<long> kept) => (_host, Kept) = (host, kept);

    public IShop Shop => _host.Services.GetRequiredService<IShop>();

    public Task<long> Kept { get; }

    public static async Task<ShopApplication> StartAsync(Action<ProtobufPayloadOptions>? configure = null)
    {
        var kept = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(kept);
        application.Services.AddMessaging().UseInMemory().UseProtobuf(configure ?? (static _ => { })).AddWorker<IShop, ShopHandler>().AddRequester<IShop>();
        var host = application.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new ShopApplication(host, kept.Task);
    }

    /// <summary>Sends a body as it is.</summary>
    public async Task<byte[]> SendAsync(string method, string contentType, byte[] body)
    {
        var operation = new Operation<RawPayload, RawPayload>("shop.Shop", method, OperationKind.Call) { ContentType = contentType };
        var invoker = _host.Services.GetRequiredService<IOperationInvoker>();
        return (await invoker.CallAsync(operation, new RawPayload(body), options: null, TestContext.Current.CancellationToken)).Body.ToArray();
    }

    public async Task<ServiceDescription> DescribeAsync() =>
        await new ServiceDescriptions(_host.Services.GetRequiredService<IOperationInvoker>(), TimeProvider.System).GetAsync("shop.Shop", TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
