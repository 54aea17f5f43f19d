using Messaging.Prometheus;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds metrics for Prometheus to an application.</summary>
public static class PrometheusServiceCollectionExtensions
{
    /// <summary>
    /// Collects metrics for Prometheus from the start of the application on: name the meters, and map the endpoint by
    /// <c>app.MapPrometheusMetrics()</c>. Calling it again adds to what is collected.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Names the meters: <c>metrics => metrics.AddMeter("Messaging")</c>.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddPrometheusMetrics(this IServiceCollection services, Action<MeterProviderBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(new MetricsSetup(configure));
        services.TryAddSingleton<MetricsCollection>();

        // What was counted before anybody collected would be lost.
        services.AddHostedService<StartCollecting>();
        return services;
    }
}
