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
    /// type. <c>OPTIONS</c> says so, and any other method is refused with 405 where the application has no endpoint of its
    /// own for it. Call <c>services.AddMessaging().AddGateway()</c> before.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>A builder for conventions of these endpoints, such as authorization.</returns>
    public static IEndpointConventionBuilder MapMessagingGateway(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(string.Empty);
        const string path = "/{service}/{method}";
        group.MapMethods(path, [HttpMethods.Post, HttpMethods.Options], GatewayCors.Before(endpoints, GatewayDoors.InvokeAsync));
        group.Map(path, (RequestDelegate)OtherMethods.RefuseAsync).WithMetadata(new OtherMethods.Mark()).WithOrder(int.MaxValue);
        return group;
    }
}
