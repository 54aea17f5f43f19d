using Messaging.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>A gateway with the echo behind it, and a client.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private EchoHost(GatewayHost gateway, EchoSignals signals)
    {
        Gateway = gateway;
        Signals = signals;
        Client = new RawGrpcClient(gateway);
    }

    public GatewayHost Gateway { get; }

    public EchoSignals Signals { get; }

    public RawGrpcClient Client { get; }

    public static async Task<EchoHost> StartAsync(CancellationToken cancellationToken, Action<GatewayOptions>? gateway = null)
    {
        var signals = new EchoSignals();
        var host = await GatewayHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(signals);
                builder.AddWorker<IEcho, EchoWorker>();
            },
            gateway,
            cancellationToken);
        return new EchoHost(host, signals);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Gateway.DisposeAsync();
    }
}
