using Messaging.Batching;
using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Replies;

/// <summary>The replies to one requester that wait for the connection. A call is settled when its reply has been handed over.</summary>
internal sealed partial class ReplyPump(WorkerLink link, string replyTo, ILogger logger) : SendPump<WorkerCall>(link.MaxMessageBytes, "replies")
{
    private TaskCompletionSource? _room;
    private int _calls;

    public string ReplyTo => replyTo;

    /// <summary>How many of the requester's calls are here. Guarded by <see cref="ReplyPumps"/> where it grows.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public void Enter(int calls) => Interlocked.Add(ref _calls, calls);

    public int Leave() => Interlocked.Decrement(ref _calls);

    /// <summary>Takes a reply that may share a message. False for one that should go alone: it is large, or there is no other.</summary>
    public bool TryPost(WorkerCall call, FrameNames names, IReadOnlyDictionary<string, object?>? headers, ReadOnlySpan<byte> body)
    {
        var frameBytes = BatchWriter.Measure(names, headers, body.Length);
        if (call.Id.Text is not null || call.Id.IsNone || !Fits(frameBytes) || (!call.Delivery.IsBatch && Calls <= 1 && IsIdle))
        {
            return false;
        }

        lock (Sync)
        {
            Open(lane: 0, frameBytes, costUs: 0, int.MaxValue, now: 0).Add(call, call.Id.Number, call.HandlerUs, names, headers, body, frameBytes);

            // It is in: from here the pump settles it, maybe before this returns.
            call.TryClaimSettling();
            call.Hold();
            Wake();
        }

        return true;
    }

    /// <summary>Completes when the connection has caught up: at once, unless it takes replies more slowly than handlers make them.</summary>
    public ValueTask WhenRoomAsync()
    {
        if (Volatile.Read(ref _room) is null)
        {
            return ValueTask.CompletedTask;
        }

        lock (Sync)
        {
            return _room is null ? ValueTask.CompletedTask : new ValueTask(_room.Task);
        }
    }

    /// <summary>The headers of a plain reply to a requester that reads batches.</summary>
    public static Dictionary<string, object?> Report(uint handlerUs, IReadOnlyDictionary<string, object?>? headers)
    {
        var all = headers is null
            ? new Dictionary<string, object?>(StringComparer.Ordinal)
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal);
        all[WireNames.HandlerTime] = handlerUs == BatchFormat.NoTimeout ? -1L : handlerUs;
        return all;
    }

    protected override ValueTask SendAsync(SendBatch<WorkerCall> batch)
    {
        var bytes = batch.Close(ageMs: 0);

        // Of the message and not of each frame: there it costs next to nothing.
        var waitMs = 0L;
        foreach (var call in batch.Items)
        {
            waitMs = Math.Max(waitMs, call.WaitMs);
        }

        return link.ReplyAsync(
            batch.Count == 1
                ? new OutboundMessage
                {
                    Queue = replyTo,
                    Type = batch.FirstNames.Type,
                    ContentType = batch.FirstNames.ContentType,
                    CorrelationId = batch.Items[0].CorrelationId,
                    Headers = WaitHeader.Add(Report(batch.FirstNumber, batch.FirstHeaders), waitMs),
                    Body = batch.FirstBody,
                }
                : new OutboundMessage
                {
                    Queue = replyTo,
                    Type = WireNames.BatchType,
                    ContentType = BatchFormat.ContentType,
                    Headers = WaitHeader.Add(headers: null, waitMs),
                    Body = bytes,
                });
    }

    protected override void OnSent(WorkerCall item) => _ = SettleAsync(item);

    protected override void OnFailed(WorkerCall item, TransportException exception) => _ = SettleUnsentAsync(item, exception);

    protected override void OnFull(bool isFull)
    {
        if (isFull)
        {
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        else
        {
            _room?.SetResult();
            _room = null;
        }
    }

    private async Task SettleAsync(WorkerCall item)
    {
        try
        {
            await item.Delivery.SettleAsync(Settlement.Done).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The connection breaks this moment. The others of the batch must be settled all the same, each on its own message.
            LogNotSettled(logger, replyTo, ExceptionText.MessageOf(exception));
        }
        finally
        {
            item.Release();
        }
    }

    private async Task SettleUnsentAsync(WorkerCall item, TransportException exception)
    {
        try
        {
            if (!await link.TrySettleAsync(item, exception).ConfigureAwait(false))
            {
                // Not settled: the link is lost, and the broker gives the delivery to another worker.
                LogNotSent(logger, replyTo, item.Method, item.CorrelationId, exception.Message);
                item.Delivery.Abandon();
            }
        }
        finally
        {
            item.Release();
        }
    }

    [LoggerMessage(214, LogLevel.Warning, "A reply to {ReplyTo} was not sent, and its call is not settled: {Method} (correlation id {CorrelationId}): {Reason}")]
    private static partial void LogNotSent(ILogger logger, string replyTo, string? method, string? correlationId, string reason);

    [LoggerMessage(215, LogLevel.Warning, "Calls of {ReplyTo} that were answered could not be acknowledged: {Reason}")]
    private static partial void LogNotSettled(ILogger logger, string replyTo, string reason);
}
