using Messaging.Prometheus;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Serves metrics to Prometheus.</summary>
public static class PrometheusEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps what Prometheus scrapes. Metrics tell names of services and methods: keep the endpoint from strangers, by a
    /// port of its own or <c>RequireAuthorization()</c>.
    /// </summary>
    /// <param name="endpoints">The application's routes.</param>
    /// <param name="pattern">The path. Default: <c>/metrics</c>, as Prometheus expects it.</param>
    /// <returns>The endpoint, for conventions such as <c>RequireHost("*:9464")</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddPrometheusMetrics(…)</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPrometheusMetrics(this IEndpointRouteBuilder endpoints, string pattern = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var collection = endpoints.ServiceProvider.GetService<MetricsCollection>()
            ?? throw new InvalidOperationException("MapPrometheusMetrics has nothing to serve: call services.AddPrometheusMetrics(…) first.");
        RequestDelegate serve = context => ServeAsync(context, collection);
        return endpoints.MapGet(pattern, serve).WithDisplayName("Prometheus metrics");
    }

    private static async Task ServeAsync(HttpContext context, MetricsCollection collection)
    {
        if (await collection.CollectAsync(context.RequestAborted).ConfigureAwait(false) is not { } text)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("The metrics could not be collected: the application is ending, or an observable instrument hangs.", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = TextExporter.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }
}
