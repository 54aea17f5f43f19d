using System.Text;
using Messaging.Hosting;
using Messaging.Observers;
using Messaging.Serialization;
using Messaging.Serving;
using Messaging.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Messaging.Trying;

/// <summary>Calls an operation for the page, and tells what comes back as it comes.</summary>
internal sealed class TryEndpoints(TriedOperations operations, IOperationInvoker invoker, IOptions<DashboardOptions> options, TimeProvider time, GuardedLogger<TryEndpoints> logger)
{
    public async Task DescribeAsync(HttpContext context)
    {
        if (context.Request.Query["service"] is not [{ } service] || !ServiceNames.IsValid(service))
        {
            await RefuseNameAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            var description = await operations.DescribeAsync(service, context.RequestAborted).ConfigureAwait(false);
            var list = new OperationList(service, description.Version, options.Value.ReadOnly, [.. description.Operations.Select(static operation => operation with { Files = [] })]);
            await Answers.WriteAsync(context, list, DashboardJson.Default.OperationList).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            await Answers.RefuseAsync(context, failure).ConfigureAwait(false);
        }
    }

    public async Task TryAsync(HttpContext context)
    {
        if (await Answers.ReadAsync(context, DashboardJson.Default.TryRequest).ConfigureAwait(false) is not { } request)
        {
            return;
        }

        if (FindError(request) is { } error)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "Not tried", error).ConfigureAwait(false);
            return;
        }

        DashboardLog.Tried(logger, Visitor.NameOf(context), request.Service, request.Method);
        var outcome = new TryOutcome(context, options.Value.MaxBodyBytes, time);
        try
        {
            await RunAsync(request, outcome, context.RequestAborted).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            await outcome.FailAsync(failure).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The page has cancelled it, and so the handler is.
        }
    }

    private async Task RunAsync(TryRequest request, TryOutcome outcome, CancellationToken cancellationToken)
    {
        var known = await operations.FindAsync(request.Service, request.Method, cancellationToken).ConfigureAwait(false);
        var call = new CallOptions
        {
            Timeout = request.TimeoutMs is { } timeout ? TimeSpan.FromMilliseconds(timeout) : null,
            Headers = request.Headers,
            Response = outcome.Response,
        };
        var body = new RawPayload(Encoding.UTF8.GetBytes(request.Body));
        switch (known.Kind)
        {
            case OperationKind.Command:
                var id = CorrelationIds.Format(CorrelationIds.Create());
                await invoker.SendAsync(operations.ForCommands(request.Service, known), body, call with { MessageId = id, Response = null }, cancellationToken).ConfigureAwait(false);
                await outcome.AcceptAsync(id).ConfigureAwait(false);
                break;

            case OperationKind.Call:
                await outcome.WriteAsync(await invoker.CallAsync(operations.ForReplies(request.Service, known), body, call, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                await outcome.EndAsync().ConfigureAwait(false);
                break;

            case OperationKind.RequestStream:
                await outcome.WriteAsync(await invoker.UploadAsync(operations.ForReplies(request.Service, known), Lines(request.Body), call, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                await outcome.EndAsync().ConfigureAwait(false);
                break;

            case OperationKind.ReplyStream:
                await outcome.WriteAllAsync(invoker.StreamAsync(operations.ForReplies(request.Service, known), body, call, cancellationToken)).ConfigureAwait(false);
                break;

            case OperationKind.DuplexStream:
                await outcome.WriteAllAsync(invoker.ExchangeAsync(operations.ForReplies(request.Service, known), Lines(request.Body), call, cancellationToken)).ConfigureAwait(false);
                break;

            default:
                throw new RpcException(StatusCode.Unimplemented, $"'{request.Service}/{request.Method}' is of a kind that is not known here, {known.Kind}: this dashboard is older than its worker.");
        }
    }

    private static string? FindError(TryRequest request)
    {
        if (!ServiceNames.IsValid(request.Service))
        {
            return "No service can have that name.";
        }

        if (request.TimeoutMs is { } timeout && (timeout < 1 || timeout > (long)CallOptions.MaxTimeout.TotalMilliseconds))
        {
            return $"The timeout is {timeout} ms: set it from 1 ms to {CallOptions.MaxTimeout.TotalDays:0} days.";
        }

        return HeaderErrors.Find(request.Headers);
    }

    private static async IAsyncEnumerable<RawPayload> Lines(string body)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var line in body.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            yield return new RawPayload(Encoding.UTF8.GetBytes(line));
        }
    }

    private static Task RefuseNameAsync(HttpContext context) =>
        Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "No such service", "Name a service: no service can have that name.");
}
