using System.Collections.Concurrent;
using Messaging.Batching;
using Messaging.Compression;
using Messaging.Pipeline;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streams;

/// <summary>The streams that this worker serves, to be found by what their requesters send.</summary>
internal sealed class WorkerStreams(int limit, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<UInt128, WorkerStream> _byId = new();
    private readonly StreamHeartbeats _heartbeats = new(time);
    private readonly NameCache _names = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource? _empty;
    private int _count;

    public int Limit => limit;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Enters a stream. False where there are as many as there may be.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="isKnown">Whether it was refused because one of its id is there.</param>
    public bool TryAdd(WorkerStream stream, out bool isKnown)
    {
        isKnown = false;
        lock (_lock)
        {
            if (_count >= limit)
            {
                return false;
            }

            isKnown = !_byId.TryAdd(stream.Flow.Id, stream);
            if (isKnown)
            {
                return false;
            }

            _count++;
        }

        _heartbeats.Add(stream.Flow);
        return true;
    }

    public void Remove(WorkerStream stream)
    {
        _heartbeats.Remove(stream.Flow);
        TaskCompletionSource? empty = null;
        lock (_lock)
        {
            _byId.TryRemove(stream.Flow.Id, out _);
            if (--_count == 0)
            {
                empty = _empty;
            }
        }

        empty?.TrySetResult();
    }

    /// <summary>Tells the requesters of those that still run that the worker stops; what their handlers do counts no more.</summary>
    public void EndAll()
    {
        foreach (var (_, stream) in _byId)
        {
            stream.End(WorkerOutcome.GivenBack, trailers: null);
        }
    }

    /// <summary>Completes when there is none.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            return _count == 0
                ? Task.CompletedTask
                : (_empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>A requester has sent something for a stream, or for several.</summary>
    public void OnControl(in InboundMessage message)
    {
        if (!BatchFormat.Is(message.ContentType))
        {
            if (Find(message.CorrelationId) is { } stream)
            {
                stream.OnMessage(message.Type, StreamHeaders.ReadSequence(message.Headers), message.ContentType, ContentEncodings.Read(message.Headers), message.Body);
            }
        }
        else if (BatchReader.TryOpen(message.Body, _names, out var batch, out _))
        {
            while (batch.TryRead(out var frame))
            {
                if (_byId.TryGetValue(frame.Id, out var stream))
                {
                    stream.OnMessage(frame.Type, frame.Number, frame.ContentType, ContentEncodings.Read(frame.Headers), frame.Body);
                }
            }
        }
    }

    /// <summary>What a stream has sent came back: its requester is gone.</summary>
    public void OnReturned(in InboundMessage message)
    {
        if (!BatchFormat.Is(message.ContentType))
        {
            Find(message.CorrelationId)?.OnRequesterGone();
        }
        else if (BatchReader.TryOpen(message.Body, _names, out var batch, out _))
        {
            while (batch.TryRead(out var frame))
            {
                if (_byId.TryGetValue(frame.Id, out var stream))
                {
                    stream.OnRequesterGone();
                }
            }
        }
    }

    public void Dispose() => _heartbeats.Dispose();

    private WorkerStream? Find(string? correlationId) =>
        CorrelationIds.TryParse(correlationId, out var id) && _byId.TryGetValue(id, out var stream) ? stream : null;
}
