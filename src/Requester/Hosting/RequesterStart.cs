using Messaging.Policies;
using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>Checks a contract's operations at start and begins to connect. The broker may come up later than the application.</summary>
internal sealed class RequesterStart<TService>(ServiceContract<TService> contract, CallPolicies policies, Requester requester) : IHostedService
    where TService : class
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        contract.Bind(new PolicyBinder<TService>(policies));
        requester.Connect();
        return Task.CompletedTask;
    }

    /// <summary>Nothing: workers that drain may still call; the requester closes when the container is disposed.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
