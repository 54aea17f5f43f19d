using Orders.Activity;

namespace Orders.Web;

/// <summary>Tells the feed how each request was answered.</summary>
internal sealed class AnswersToFeed(ActivityFeed feed, TimeProvider time) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var start = time.GetTimestamp();
        var request = context.HttpContext.Request;
        try
        {
            var answer = await next(context);
            var status = (answer as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
            Tell($"{status}");
            return answer;
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            Tell("the client hung up");
            throw;
        }

        void Tell(string outcome) => feed.Publish(new ActivityEntry(
            WebApp.Name, Happening.Answered, $"{request.Method} {request.Path}{request.QueryString}", outcome, time.GetElapsedTime(start)));
    }
}
