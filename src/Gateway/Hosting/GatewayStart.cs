using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>Begins to connect with the start of the application. The broker may come up later.</summary>
internal sealed class GatewayStart(Requester requester) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        requester.Connect();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
