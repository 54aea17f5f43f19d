using Messaging.Batching;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streaming;

/// <summary>What streams send to one address. In order; what waits for the connection shares messages, where that is read there.</summary>
internal sealed class StreamPump(StreamAddress address, int maxMessageBytes, Func<OutboundMessage, ValueTask> send) : SendPump<StreamFlow>(maxMessageBytes, "items")
{
    private TaskCompletionSource? _room;

    public StreamAddress Address => address;

    /// <summary>Puts a message in. One that is too large to share goes alone, in its turn.</summary>
    public void Post(StreamFlow flow, uint number, FrameNames names, IReadOnlyDictionary<string, object?>? headers, ReadOnlySpan<byte> body)
    {
        var frameBytes = BatchWriter.Measure(names, headers, body.Length);
        lock (Sync)
        {
            // For who reads no batches each message is full with one.
            Open(lane: 0, frameBytes, costUs: 1, budgetUs: address.ReadsBatches ? int.MaxValue : 1, now: 0).Add(flow, flow.Id, number, names, headers, body, frameBytes);
            Wake();
        }
    }

    /// <summary>Completes when the connection has caught up: at once, unless it takes messages more slowly than they come.</summary>
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

    protected override ValueTask SendAsync(SendBatch<StreamFlow> batch)
    {
        var bytes = batch.Close(ageMs: 0);
        return send(
            batch.Count == 1
                ? new OutboundMessage
                {
                    Queue = address.Queue,
                    Type = batch.FirstNames.Type,
                    ContentType = batch.FirstNames.ContentType,
                    CorrelationId = CorrelationIds.Format(batch.Items[0].Id),
                    Headers = Number(batch.FirstNumber, batch.FirstHeaders),
                    Body = batch.FirstBody,
                }
                : new OutboundMessage
                {
                    Queue = address.Queue,
                    Type = WireNames.BatchType,
                    ContentType = BatchFormat.ContentType,
                    Body = bytes,
                });
    }

    protected override void OnSent(StreamFlow item)
    {
        // What becomes of it the other side says.
    }

    protected override void OnFailed(StreamFlow item, TransportException exception) => item.Owner.OnSendFailed(exception);

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

    private static Dictionary<string, object?> Number(uint number, IReadOnlyDictionary<string, object?>? headers)
    {
        var all = headers is null
            ? new Dictionary<string, object?>(StringComparer.Ordinal)
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal);
        all[WireNames.StreamSequence] = (long)number;
        return all;
    }
}

/// <summary>Where the other side of a stream is reached.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="ReadsBatches">Whether it said that it reads batches.</param>
internal readonly record struct StreamAddress(string Queue, bool ReadsBatches);
