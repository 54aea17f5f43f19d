using System.Net;
using Messaging.WebLoad;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// One process of the measurement: who listens for the load, or who works behind it. web-load.sh starts them.
if (args is not [var role, var broker, .. var ports])
{
    Console.Error.WriteLine("WebLoad <nothing|gateway|masstransit|worker|masstransit-worker> <broker> [<http port> <http/2 port>]");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    if (ports is [var http, var http2])
    {
        kestrel.Listen(IPAddress.Loopback, Port(http), static listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(IPAddress.Loopback, Port(http2), static listen => listen.Protocols = HttpProtocols.Http2);
    }
    else
    {
        kestrel.Listen(IPAddress.Loopback, 0);
    }
});
var system = WebSystems.Find(role);
system.AddServices(builder.Services, new Uri(broker));
var app = builder.Build();
system.Map(app);
await app.RunAsync();
return 0;

static int Port(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
