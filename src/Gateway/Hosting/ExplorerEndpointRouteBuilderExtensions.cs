using Messaging.Explorer;
using Messaging.OpenApi;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the gateway's description and the page that shows it.</summary>
public static class ExplorerEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>GET /openapi.json</c>, the OpenAPI 3.1 document of the services that may be called and answer,
    /// <c>GET /openapi/{service}.json</c> for one of them, and <c>GET /explorer</c>, a page to browse and try their
    /// operations. They show what services there are: map them where that may be known, or add conventions such as
    /// authorization. Call <c>services.AddMessaging().AddGateway()</c> before.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>A builder for conventions of these endpoints, such as authorization.</returns>
    public static IEndpointConventionBuilder MapMessagingExplorer(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(string.Empty);
        string[] reads = [HttpMethods.Get, HttpMethods.Head];
        group.MapMethods("/openapi.json", reads, OpenApiDoor.InvokeAsync);
        group.MapMethods("/openapi/{service}.json", reads, OpenApiDoor.InvokeForServiceAsync);
        foreach (var file in ExplorerFile.All)
        {
            group.MapMethods(file.Path, reads, file.ServeAsync);
        }

        return group;
    }
}
