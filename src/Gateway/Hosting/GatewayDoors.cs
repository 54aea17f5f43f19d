using Messaging.Grpc;
using Messaging.Http;
using Messaging.Protection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Hosting;

/// <summary>Lets each request in, or not, and sends it to the door that speaks its protocol.</summary>
internal static class GatewayDoors
{
    public static async Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            // A browser's preflight has been answered before.
            await OtherMethods.TellAsync(context).ConfigureAwait(false);
            return;
        }

        if (OtherMethods.MeantBy(context.Request) is var method && !HttpMethods.IsPost(method))
        {
            await OtherMethods.RefuseAsync(context, method).ConfigureAwait(false);
            return;
        }

        var isGrpc = GrpcContentType.TryParse(context.Request.ContentType, out var grpc);
        var admission = context.RequestServices.GetRequiredService<Admission>();
        if (!admission.TryAdmit(context, !isGrpc || !GrpcDoor.ServesItself(context), out var admitted, out var refusal))
        {
            await (isGrpc ? GrpcDoor.RefuseAsync(context, grpc, refusal) : HttpDoor.RefuseAsync(context, refusal)).ConfigureAwait(false);
            return;
        }

        using (admitted)
        {
            await (isGrpc ? GrpcDoor.InvokeAsync(context, grpc) : HttpDoor.InvokeAsync(context)).ConfigureAwait(false);
        }
    }
}
