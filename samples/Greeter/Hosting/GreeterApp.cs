using System.Net;
using Greeter.Worker;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Greeter.Hosting;

/// <summary>The worker and the gateway side by side. In production they are processes of their own, as many as there is work for.</summary>
internal static class GreeterApp
{
    public static WebApplication Build(Uri? broker, int grpcPort, int webPort)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Without TLS nothing says which HTTP is meant: each has its port.
            Listen(kestrel, grpcPort, HttpProtocols.Http2);
            Listen(kestrel, webPort, HttpProtocols.Http1);
        });
        var messaging = builder.Services.AddMessaging();
        if (broker is not null)
        {
            messaging.UseRabbitMq(options => options.Uri = broker);
        }
        else
        {
            // Worker and gateway are one process here, so they can share a broker inside it.
            messaging.UseInMemory();
        }

        messaging
            .AddGreeter()
            .AddGateway(static options => options.Services.Add("example.Greeter"));
        var app = builder.Build();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapMessagingGateway();
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, int port, HttpProtocols protocols)
    {
        if (port == 0)
        {
            // Two addresses can't have the same free port.
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = protocols);
        }
        else
        {
            kestrel.ListenLocalhost(port, listen => listen.Protocols = protocols);
        }
    }
}
