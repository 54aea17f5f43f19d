using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Interop;

/// <summary>A gateway and the test service's worker in one process.</summary>
public static class InteropHost
{
    // The embedded broker's limit, and RabbitMQ's default, hold larger ones.
    private const int MaxRequestBytes = 16 * 1024 * 1024;

    /// <summary>Makes one, that listens for HTTP/2 without TLS.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="broker">RabbitMQ; null for the embedded broker.</param>
    public static WebApplication Create(IPAddress address, int port, Uri? broker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, static listen => listen.Protocols = HttpProtocols.Http2));
        var messaging = builder.Services.AddMessaging()
            .UseProtobuf(TestReflection.Descriptor)
            .AddWorker<ITestService, TestService>()
            .AddGateway(static options =>
            {
                options.Services.Add("*");
                options.MaxRequestBytes = MaxRequestBytes;
            });
        if (broker is not null)
        {
            messaging.UseRabbitMq(options => options.Uri = broker);
        }
        else
        {
            messaging.UseInMemory();
        }

        var application = builder.Build();
        application.MapMessagingGateway();
        return application;
    }
}
