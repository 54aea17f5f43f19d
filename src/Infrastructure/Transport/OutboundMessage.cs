namespace Messaging.Transport;

/// <summary>A message on its way out. Property names are those of AMQP 0-9-1.</summary>
public readonly record struct OutboundMessage
{
    /// <summary>The queue it goes to, through the default exchange.</summary>
    public required string Queue { get; init; }

    /// <summary>The <c>type</c> property: a method's wire name, or a reply's kind.</summary>
    public required string Type { get; init; }

    /// <summary>The <c>content-type</c> property; null for an empty body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The <c>correlation-id</c> property.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The <c>message-id</c> property.</summary>
    public string? MessageId { get; init; }

    /// <summary>The <c>reply-to</c> property.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The <c>expiration</c> property, in milliseconds; null for none.</summary>
    public long? ExpirationMs { get; init; }

    /// <summary>Whether <c>delivery-mode</c> is 2.</summary>
    public bool Persistent { get; init; }

    /// <summary>The headers; null for none. Shared between messages: a transport must not change it.</summary>
    public IReadOnlyDictionary<string, object?>? Headers { get; init; }

    /// <summary>Delay.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
