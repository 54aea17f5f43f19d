using Messaging;
using Orders.Contracts;

namespace Orders.Web;

/// <summary>Turns what a call can end with into problem details with the HTTP status that fits.</summary>
internal sealed class RpcProblems : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OutOfStock fault)
        {
            return TypedResults.Problem(
                fault.Message, statusCode: StatusCodes.Status409Conflict, title: nameof(OutOfStock),
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["sku"] = fault.Sku, ["left"] = fault.Left });
        }
        catch (RpcException failure)
        {
            return TypedResults.Problem(
                failure.Detail, statusCode: HttpStatusOf(failure.Status), title: failure.Status.ToString(),
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["operation"] = failure.Operation,
                    ["reason"] = failure.Reason.ToString(),
                    ["mayHaveRun"] = failure.MayHaveRun,
                    ["correlationId"] = failure.CorrelationId,
                });
        }
    }

    private static int HttpStatusOf(StatusCode status) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
