using System.Text;
using System.Text.Json;
using Messaging.Serialization;
using Messaging.Serving;
using Microsoft.AspNetCore.Http;

namespace Messaging.Trying;

/// <summary>Writes what comes back of a try, line by line.</summary>
internal sealed class TryOutcome(HttpContext context, int maxBytes, TimeProvider time)
{
    // A stream may be endless; a page is not.
    private const int MaxItems = 1000;

    private readonly long _began = time.GetTimestamp();

    /// <summary>What the handler says beside its reply or items.</summary>
    public ResponseMetadata Response { get; } = new();

    public Task WriteAsync(RawPayload item)
    {
        var shown = item.Body.Length <= maxBytes ? item.Body : item.Body[..maxBytes];
        return WriteAsync(new TryLine { Item = Encoding.UTF8.GetString(shown.Span), ItemBytes = shown.Length < item.Body.Length ? item.Body.Length : null });
    }

    /// <exception cref="RpcException">The stream failed.</exception>
    public async Task WriteAllAsync(IAsyncEnumerable<RawPayload> items)
    {
        var count = 0;
        await foreach (var item in items.ConfigureAwait(false))
        {
            await WriteAsync(item).ConfigureAwait(false);
            if (++count == MaxItems)
            {
                await EndAsync($"Ended here, after {MaxItems} items: that is as many as this page shows.").ConfigureAwait(false);
                return;
            }
        }

        await EndAsync().ConfigureAwait(false);
    }

    public async Task EndAsync(string? detail = null) => await WriteAsync(new TryLine
    {
        End = new TryEnd
        {
            Status = nameof(StatusCode.OK),
            Detail = detail,
            Milliseconds = Elapsed,
            Headers = Response.Headers.IsCompletedSuccessfully ? await Response.Headers.ConfigureAwait(false) : null,
            Trailers = Response.Trailers,
        },
    }).ConfigureAwait(false);

    public Task AcceptAsync(string messageId) =>
        WriteAsync(new TryLine { End = new TryEnd { Status = nameof(StatusCode.OK), Milliseconds = Elapsed, Accepted = true, MessageId = messageId } });

    public Task FailAsync(RpcException failure) => WriteAsync(new TryLine
    {
        End = new TryEnd
        {
            Status = failure.Status.ToString(),
            Detail = failure.Detail,
            Remedy = Remedies.Of(failure),
            Reason = failure.Reason == FailureReason.None ? null : failure.Reason.ToString(),
            Fault = failure.FaultName,
            Fields = failure.FaultFields.IsEmpty ? null : Encoding.UTF8.GetString(failure.FaultFields.Span),
            CorrelationId = failure.CorrelationId,
            MayHaveRun = failure.MayHaveRun,
            Milliseconds = Elapsed,
        },
    });

    private double Elapsed => Math.Round(time.GetElapsedTime(_began).TotalMilliseconds, 1);

    private async Task WriteAsync(TryLine line)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/x-ndjson";
        }

        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, DashboardJson.Default.TryLine), context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
