using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>Has an engine check a contract at start, which it does when the proxy is made.</summary>
internal sealed class EngineRequesterStart<TService>(IServiceProvider provider) : IHostedService
    where TService : class
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = provider.GetRequiredService<TService>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
