using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Messaging.Health;

/// <summary>Whether the gateway can forward: it has a connection to the broker, and is not about to stop.</summary>
internal sealed class BrokerHealthCheck(Requester requester, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, "The gateway is stopping."));
        }

        return Task.FromResult(requester.Links.Current is not null
            ? HealthCheckResult.Healthy("There is a connection to the broker.")
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                requester.LastFailure is { } failure ? $"There is no connection to the broker: {failure.Message}" : "There is no connection to the broker yet."));
    }
}
