using Messaging.Deadlines;
using Messaging.GrpcWeb;
using Messaging.Protection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Grpc;

/// <summary>Serves gRPC and gRPC-Web: reads what a request asks for, has it done, and ends it with a status whatever comes.</summary>
internal sealed class GrpcDoor(GrpcForwarder forwarder, IEnumerable<IGrpcBuiltIn> builtIns, IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly Dictionary<string, IGrpcBuiltIn> _builtIns = (
        from builtIn in builtIns
        from name in builtIn.Names
        select KeyValuePair.Create(name, builtIn)).ToDictionary(StringComparer.Ordinal);

    public static Task InvokeAsync(HttpContext context, GrpcContentType type) =>
        context.RequestServices.GetRequiredService<GrpcDoor>().ServeAsync(context, type);

    /// <summary>Whether a request is for a service of the gateway's own.</summary>
    public static bool ServesItself(HttpContext context) =>
        context.RequestServices.GetRequiredService<GrpcDoor>()._builtIns.ContainsKey((string)context.Request.RouteValues["service"]!);

    /// <summary>Answers a request that is not let in, with trailers alone.</summary>
    public static Task RefuseAsync(HttpContext context, GrpcContentType type, GatewayRefusal refusal)
    {
        context.Response.ContentType = type.ToString();
        GrpcExchange exchange = type.Protocol == GrpcProtocol.Http2 ? new Http2GrpcExchange(context, type) : new GrpcWebExchange(context, type);

        exchange.SetRetryAfter(refusal.RetryAfter);
        exchange.End(GrpcTrailers.Create(refusal.Status, refusal.Detail, refusal.ToException(), new Dictionary<string, string>(StringComparer.Ordinal)));
        return Task.CompletedTask;
    }

    private async Task ServeAsync(HttpContext context, GrpcContentType type)
    {
        if (type.Protocol == GrpcProtocol.Http2 && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "HTTP/2";
            return;
        }

        // Messages have a limit each, and streams have none.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        context.Response.ContentType = type.ToString();
        GrpcExchange exchange = type.Protocol == GrpcProtocol.Http2 ? new Http2GrpcExchange(context, type) : new GrpcWebExchange(context, type);
        GrpcRequestHead head;
        try
        {
            head = GrpcRequestHead.Read(context.Request.Headers);
        }
        catch (RpcException exception)
        {
            exchange.SetHeader(GrpcHeaderNames.AcceptEncoding, GrpcRequestHead.Readable);
            exchange.End(GrpcTrailers.Create(exception.Status, exception.Detail, exception, new Dictionary<string, string>(StringComparer.Ordinal)));
            return;
        }

        var service = (string)context.Request.RouteValues["service"]!;
        var method = (string)context.Request.RouteValues["method"]!;
        using var call = new GrpcCall(exchange, head, service, method, options.Value.MaxRequestBytes, time);
        await ServeAsync(call, context).ConfigureAwait(false);
    }

    private async Task ServeAsync(GrpcCall call, HttpContext context)
    {
        try
        {
            await (_builtIns.TryGetValue(call.Service, out var builtIn) ? builtIn.InvokeAsync(call) : forwarder.ForwardAsync(call)).ConfigureAwait(false);
            call.End();
            if (call.IsFull)
            {
                await call.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (RpcException exception)
        {
            call.Fail(exception);
        }
        catch (OperationCanceledException) when (call.IsLate && !call.Aborted.IsCancellationRequested)
        {
            call.Fail(new RpcException(StatusCode.DeadlineExceeded, $"The deadline of {TimeText.Of(call.Head.Timeout!.Value)} passed in the gateway."));
        }
        catch (OperationCanceledException)
        {
            // The client has left: nobody reads a status. What was begun must not look complete.
            context.Abort();
        }
        catch (BadHttpRequestException exception)
        {
            // Kestrel's own limits, such as the slowest rate at which a body may come.
            call.Fail(new RpcException(
                exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? StatusCode.ResourceExhausted
                : exception.StatusCode == StatusCodes.Status408RequestTimeout ? StatusCode.DeadlineExceeded
                : StatusCode.Internal,
                exception.Message,
                exception));
        }
        catch (Exception exception) when (exception is ConnectionResetException or ConnectionAbortedException or IOException)
        {
            // The request was reset while it was read.
            context.Abort();
        }
    }
}
