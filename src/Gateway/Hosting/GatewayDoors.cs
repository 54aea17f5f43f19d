using Messaging.Grpc;
using Microsoft.AspNetCore.Http;

namespace Messaging.Hosting;

/// <summary>Sends each request to the door that speaks its protocol.</summary>
internal static class GatewayDoors
{
    public static Task InvokeAsync(HttpContext context)
    {
        if (GrpcContentType.TryParse(context.Request.ContentType, out var grpc))
        {
            return GrpcDoor.InvokeAsync(context, grpc);
        }

        // Plain HTTP is added here.
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }
}
