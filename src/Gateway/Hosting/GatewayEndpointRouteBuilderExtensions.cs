using Messaging.Cors;
using Messaging.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the gateway.</summary>
public static class GatewayEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>POST /{service}/{method}</c> for HTTP, gRPC and gRPC-Web, which are told apart by the request's content
    /// type. Call <c>services.AddMessaging().AddGateway()</c> before.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>A builder for conventions of these endpoints, such as authorization.</returns>
    public static IEndpointConventionBuilder MapMessagingGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(string.Empty);
        group.MapMethods("/{service}/{method}", [HttpMethods.Post, HttpMethods.Options], GatewayCors.Before(endpoints, GatewayDoors.InvokeAsync));
        return group;
    }
}
