using System.Globalization;
using Messaging.Deadlines;
using Messaging.Protection;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Http;

/// <summary>Serves plain HTTP: reads what a request asks for, has it done, and answers with a problem where that failed.</summary>
internal sealed class HttpDoor(HttpForwarder forwarder, IOptions<GatewayOptions> options, TimeProvider time)
{
    // A second is long for a broker and short for a client; of an overloaded service it is known better.
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    public static Task InvokeAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<HttpDoor>().ServeAsync(context);

    /// <summary>Answers a request that is not let in.</summary>
    public static Task RefuseAsync(HttpContext context, GatewayRefusal refusal) =>
        FailAsync(context, refusal.ToException(), refusal.RetryAfter);

    private async Task ServeAsync(HttpContext context)
    {
        try
        {
            var head = HttpRequestHead.Read(context.Request.Headers);
            using var call = new HttpCall(context, head, options.Value.MaxRequestBytes, time);
            try
            {
                await forwarder.ForwardAsync(call).ConfigureAwait(false);
            }
            catch (RpcException exception) when (!context.Response.HasStarted)
            {
                MessageHeaders.Add(context.Response.Headers, call.Response);
                await FailAsync(context, exception, _retryAfter).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (call.IsLate && !call.Aborted.IsCancellationRequested && !context.Response.HasStarted)
            {
                await FailAsync(context, new RpcException(
                    StatusCode.DeadlineExceeded, $"The timeout of {TimeText.Of(head.Timeout!.Value)} passed in the gateway.")).ConfigureAwait(false);
            }
        }
        catch (HttpRefusedException exception) when (!context.Response.HasStarted)
        {
            await FailAsync(context, exception).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // The server's own limits, such as the slowest rate at which a body may come.
            var status = exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? StatusCode.ResourceExhausted
                : exception.StatusCode == StatusCodes.Status408RequestTimeout ? StatusCode.DeadlineExceeded
                : StatusCode.InvalidArgument;
            await FailAsync(context, new HttpRefusedException(exception.StatusCode, status, exception.Message)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            // The client has left, or what was begun can't be finished and must not look complete.
            context.Abort();
        }
    }

    /// <summary>Answers with a problem.</summary>
    /// <param name="context">The request.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="retryAfter">When it may be worth calling again, where the failure does not say it.</param>
    public static async Task FailAsync(HttpContext context, RpcException failure, TimeSpan? retryAfter = null)
    {
        var problem = Problem.Of(failure, $"{context.Request.RouteValues["service"]}/{context.Request.RouteValues["method"]}");
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = Problem.ContentType;
        response.Headers.CacheControl = "no-store";
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && (failure.RetryAfter ?? retryAfter) is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (failure is HttpRefusedException { Header: { } header })
        {
            response.Headers[header.Key] = header.Value;
        }

        var json = problem.ToJson();
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }
}
