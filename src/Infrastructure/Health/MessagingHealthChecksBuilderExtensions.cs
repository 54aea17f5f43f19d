using Messaging.Health;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Messaging's health checks.</summary>
public static class MessagingHealthChecksBuilderExtensions
{
    /// <summary>The tag of the check that says whether the process can do its work: <c>ready</c>.</summary>
    public const string ReadyTag = "ready";

    /// <summary>The tag of the check that says whether the process is stuck: <c>live</c>.</summary>
    public const string LiveTag = "live";

    /// <summary>
    /// Adds two checks. <c>messaging-ready</c>, with the tag <see cref="ReadyTag"/>, is healthy while every worker of the
    /// process consumes all of its queues, its requester is connected, the broker takes what is published, and nothing
    /// stops; degraded while a worker serves one of its two queues, holds commands that the broker does not take where they
    /// have to go, or failed of late outside of its handlers, and while an inbox or the outbox waits for its database.
    /// Its data say the state of each, how much it runs, and
    /// its last failure. A broker that dies shows at once, one that is silent after two heartbeats
    /// (<c>RabbitMqOptions.Heartbeat</c>). <c>messaging-live</c>, with the tag <see cref="LiveTag"/>, is healthy unless a
    /// deadline that was set is half a minute late: it looks at the process's timers and thread pool and at nothing else,
    /// least of all at the broker, for whose sake no process should be restarted. Call <c>services.AddMessaging()</c> too.
    /// </summary>
    /// <param name="builder">The builder, of <c>services.AddHealthChecks()</c>.</param>
    /// <param name="failureStatus">What a check says that fails. Default: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddMessaging(this IHealthChecksBuilder builder, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<LivenessCheck>();
        return builder
            .AddCheck<ReadinessCheck>("messaging-ready", failureStatus, [ReadyTag])
            .AddCheck<LivenessCheck>("messaging-live", failureStatus, [LiveTag]);
    }
}
