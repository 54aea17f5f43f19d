using System.Buffers;
using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>
/// A message in the broker. Its body lies in pooled memory until the last of its holders lets go: the queue that
/// answers for it until it is settled, and every mailbox that is about to show it to a sink.
/// </summary>
internal sealed class BrokerMessage
{
    public const long NeverExpires = long.MaxValue;

    private readonly ArrayPool<byte> _pool;
    private readonly byte[]? _rented;
    private readonly InboundMessage _content;
    private int _holders = 1;

    /// <param name="content">The properties and the body, which is copied.</param>
    /// <param name="persistent">Whether it survives a restart of the broker.</param>
    /// <param name="expiresAt">The timestamp at which it expires.</param>
    /// <param name="pool">Where the copy's memory comes from.</param>
    public BrokerMessage(in InboundMessage content, bool persistent, long expiresAt, ArrayPool<byte> pool)
    {
        _pool = pool;
        Persistent = persistent;
        ExpiresAt = expiresAt;
        var length = content.Body.Length;
        if (length == 0)
        {
            _content = content;
            return;
        }

        _rented = pool.Rent(length);
        content.Body.Span.CopyTo(_rented);
        _content = content with { Body = _rented.AsMemory(0, length) };
    }

    public ref readonly InboundMessage Content => ref _content;

    public bool Persistent { get; }

    public long ExpiresAt { get; }

    /// <summary>Its place in its queue's order. Guarded by the queue.</summary>
    public long Sequence { get; set; }

    /// <summary>How often it was delivered and came back. Guarded by the queue.</summary>
    public int Returns { get; set; }

    /// <summary>Whether it is a dead letter.</summary>
    public bool IsLetter { get; init; }

    /// <summary>The queue that it was for and that was gone; null where there is none such.</summary>
    public string? Destination { get; set; }

    /// <summary>The message behind it among those never delivered. Guarded by the queue.</summary>
    public BrokerMessage? Next { get; set; }

    /// <summary>The headers, for adding to: the message's own are shared.</summary>
    public Dictionary<string, object?> CopyHeaders()
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (_content.Headers is not null)
        {
            foreach (var (name, value) in _content.Headers)
            {
                copy[name] = value;
            }
        }

        return copy;
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        if (left < 0)
        {
            throw new InvalidOperationException("A message of the in-memory broker was released twice.");
        }

        if (left == 0 && _rented is not null)
        {
            _pool.Return(_rented);
        }
    }
}
