using Messaging.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the gateway's health check.</summary>
public static class GatewayHealthChecksBuilderExtensions
{
    /// <summary>The tag of checks that say whether the gateway is ready for requests: <c>ready</c>.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Adds the check <c>messaging</c>, with the tag <see cref="ReadyTag"/>: healthy while the gateway has a connection to
    /// the broker and is not stopping. Call <c>services.AddMessaging().AddGateway()</c> too.
    /// </summary>
    /// <param name="builder">The builder, of <c>services.AddHealthChecks()</c>.</param>
    /// <param name="failureStatus">What it says where it isn't healthy. Default: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddMessagingGateway(this IHealthChecksBuilder builder, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<BrokerHealthCheck>("messaging", failureStatus, [ReadyTag]);
    }
}
