using Messaging.Letters;
using Messaging.Protection;
using Messaging.Serving;
using Messaging.Trying;
using Messaging.Watching;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    private static readonly string[] _reads = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps the dashboard, a web page with the live services, their queues and their dead letters, which can be repaired,
    /// replayed and deleted there, and whose operations can be tried. Call <c>services.AddMessaging().AddDashboard()</c> before.
    /// Every request is refused with 403 unless the endpoints ask for authorization
    /// (<c>.RequireAuthorization()</c> on what this returns), the environment is Development, or
    /// <see cref="Messaging.DashboardOptions.AllowAnonymous"/> is set.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="path">Where it is: the start of the path of all its addresses. Default: <c>/dashboard</c>.</param>
    /// <returns>A builder for conventions of these endpoints, such as authorization.</returns>
    /// <exception cref="InvalidOperationException"><c>AddDashboard()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapMessagingDashboard(this IEndpointRouteBuilder endpoints, string path = "/dashboard")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        var services = endpoints.ServiceProvider;
        if (services.GetService<Sampler>() is not { } sampler)
        {
            throw new InvalidOperationException("MapMessagingDashboard() needs what AddDashboard() adds: call services.AddMessaging().AddDashboard() before the application is built.");
        }

        var group = endpoints.MapGroup(path.TrimEnd('/'));
        var gate = ActivatorUtilities.CreateInstance<DashboardGate>(services);
        foreach (var file in DashboardFile.All)
        {
            group.MapMethods(file.Path, _reads, gate.Read(file.ServeAsync));
        }

        var live = ActivatorUtilities.CreateInstance<LiveEndpoints>(services, sampler);
        group.MapMethods("/api/events", _reads, gate.Read(live.StreamAsync));
        group.MapMethods("/api/history", _reads, gate.Read(live.HistoryAsync));

        var letters = ActivatorUtilities.CreateInstance<LetterEndpoints>(services);
        group.MapMethods("/api/letters", _reads, gate.Read(letters.ListAsync));
        group.MapMethods("/api/letter", _reads, gate.Read(letters.ShowAsync));
        group.MapPost("/api/letters/replay", gate.Act(letters.ReplayAsync));
        group.MapPost("/api/letters/delete", gate.Act(letters.DeleteAsync));

        var tries = ActivatorUtilities.CreateInstance<TryEndpoints>(services);
        group.MapMethods("/api/operations", _reads, gate.Read(tries.DescribeAsync));
        group.MapPost("/api/try", gate.Act(tries.TryAsync));
        return group;
    }
}
