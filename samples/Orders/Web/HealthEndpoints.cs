using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Orders.Web;

/// <summary>What Kubernetes and load balancers ask.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps <c>/healthz/live</c>, whether the process is stuck, and <c>/healthz/ready</c>, whether it can do its work.</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/healthz/live", Only(MessagingHealthChecksBuilderExtensions.LiveTag));
        app.MapHealthChecks("/healthz/ready", Only(MessagingHealthChecksBuilderExtensions.ReadyTag));
    }

    private static HealthCheckOptions Only(string tag) => new() { Predicate = check => check.Tags.Contains(tag) };
}
