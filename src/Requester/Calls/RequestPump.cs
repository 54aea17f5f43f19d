using System.Collections.Frozen;
using System.Numerics;
using Messaging.Batching;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>The calls to one service that wait for the connection.</summary>
internal sealed class RequestPump(CallLink link, ServiceCalls service, TimeProvider time) : SendPump<PendingCall>(link.MaxMessageBytes, "requests")
{
    private static readonly FrozenDictionary<string, object?> _announcement =
        new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.Batch] = (long)BatchFormat.Version }.ToFrozenDictionary(StringComparer.Ordinal);

    // With so many calls under way the broker's confirm is the sign that the connection is free: what comes meanwhile
    // gathers, where it would otherwise leave in crumbs. With fewer, waiting for it costs more than it saves.
    private const int ClockedFrom = 64;

    public CallLink Link => link;

    /// <summary>The headers of a message whose reply may come in a batch.</summary>
    public static IReadOnlyDictionary<string, object?> Announce(IReadOnlyDictionary<string, object?>? headers) =>
        headers is null
            ? _announcement
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal) { [WireNames.Batch] = (long)BatchFormat.Version };

    /// <summary>Takes a call that may share a message. False for one that is too large or too slow for it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="now">The timestamp since which nothing but the connection keeps it from being sent.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="body">Its encoded request.</param>
    public bool TryPost(PendingCall call, long now, IReadOnlyDictionary<string, object?>? headers, ReadOnlySpan<byte> body)
    {
        // Also of a call that goes alone: its reply tells whether the next may share a message.
        call.Announced = true;
        var names = call.Policy.Names;
        var costUs = call.Policy.HandlerTime.CostUs;
        var frameBytes = BatchWriter.Measure(names, headers, body.Length);
        if (costUs >= HandlerTime.BudgetUs || !Fits(frameBytes))
        {
            return false;
        }

        var deadline = call.Deadline.Timestamp;
        var lane = BitOperations.Log2(ToMs(deadline - now)) + 1;
        lock (Sync)
        {
            var batch = Open(lane, frameBytes, costUs, HandlerTime.BudgetUs, now);
            batch.Add(call, call.Id, ToMs(deadline - batch.OpenedAt), names, headers, body, frameBytes);
            Wake();
        }

        return true;
    }

    protected override ValueTask SendAsync(SendBatch<PendingCall> batch)
    {
        var now = time.GetTimestamp();
        var ageMs = (uint)time.GetElapsedTime(batch.OpenedAt, now).TotalMilliseconds;
        var bytes = batch.Close(ageMs);
        foreach (var call in batch.Items)
        {
            call.Stage = CallStage.Sending;
        }

        var first = batch.Items[0];
        var headers = new SentHeaders(batch.Count == 1 ? Announce(batch.FirstHeaders) : _announcement, MonotonicTime.Of(now, time));
        return link.PublishAsync(
            batch.Count == 1
                ? new OutboundMessage
                {
                    Queue = service.Service,
                    Type = first.Operation.Name,
                    ContentType = first.Policy.ContentType,
                    CorrelationId = first.CorrelationId,
                    ReplyTo = link.ReplyTo,
                    ExpirationMs = TimeLeft(batch, ageMs),
                    Headers = headers,
                    Persistent = service.Confirms,
                    Body = batch.FirstBody,
                }
                : new OutboundMessage
                {
                    Queue = service.Service,
                    Type = WireNames.BatchType,
                    ContentType = BatchFormat.ContentType,
                    ReplyTo = link.ReplyTo,
                    ExpirationMs = TimeLeft(batch, ageMs),
                    Headers = headers,
                    Persistent = service.Confirms,
                    Body = bytes,
                },
            confirmed: service.Confirms || service.Window.Count >= ClockedFrom);
    }

    protected override void OnSent(PendingCall item) => item.OnSent();

    protected override void OnFailed(PendingCall item, TransportException exception) => item.OnSendFailed(exception);

    protected override void OnFull(bool isFull) => service.Window.Pause(isFull);

    // What has passed while the batch waited is gone; what is over at once is left to the workers to answer.
    private static long TimeLeft(SendBatch<PendingCall> batch, uint ageMs) => Math.Max(1, (long)batch.LargestNumber - ageMs);

    private uint ToMs(long timestamps)
    {
        var milliseconds = Math.Ceiling(timestamps * 1000d / time.TimestampFrequency);
        return (uint)Math.Clamp(milliseconds, 1, BatchFormat.NoTimeout - 1);
    }
}
