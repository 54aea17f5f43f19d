using System.Net;
using Messaging.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Gateway.Tests.Hosting;

/// <summary>A gateway on free ports of this machine, with workers in the same process. HTTP/1.1 and HTTP/2 without TLS have a port each.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app) => _app = app;

    /// <summary>For HTTP/1.1.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>For HTTP/2 without TLS.</summary>
    public Uri Http2 { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Adds workers, and a transport other than the embedded broker.</param>
    /// <param name="gateway">Sets the gateway's options; all services may be called by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="map">Maps more than the doors.</param>
    public static async Task<GatewayHost> StartAsync(
        Action<MessagingBuilder> configure, Action<GatewayOptions>? gateway, CancellationToken cancellationToken, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var messaging = builder.Services.AddMessaging();
        configure(messaging);
        if (messaging.Services.All(static service => service.ServiceType != typeof(TransportChoice)))
        {
            messaging.UseInMemory();
        }

        messaging.AddGateway(options =>
        {
            options.Services.Add("*");
            gateway?.Invoke(options);
        });
        var app = builder.Build();
        app.MapMessagingGateway();
        map?.Invoke(app);
        await app.StartAsync(cancellationToken);
        var urls = app.Urls.ToArray();
        return new GatewayHost(app) { Http = new Uri(urls[0]), Http2 = new Uri(urls[1]) };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
