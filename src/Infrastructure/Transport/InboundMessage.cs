namespace Messaging.Transport;

/// <summary>A message as it came, with nothing believed yet. Property names are those of AMQP 0-9-1; absent ones are null.</summary>
public readonly record struct InboundMessage
{
    /// <summary>The <c>type</c> property.</summary>
    public string? Type { get; init; }

    /// <summary>The <c>content-type</c> property.</summary>
    public string? ContentType { get; init; }

    /// <summary>The <c>correlation-id</c> property.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The <c>message-id</c> property.</summary>
    public string? MessageId { get; init; }

    /// <summary>The <c>reply-to</c> property.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The <c>expiration</c> property.</summary>
    public string? Expiration { get; init; }

    /// <summary>The <c>user-id</c> property, where the broker validates it.</summary>
    public string? UserId { get; init; }

    /// <summary>Properties that only strangers set; null where it has none of them.</summary>
    public ForeignProperties? Foreign { get; init; }

    /// <summary>The headers: values as the client library decoded them (<c>byte[]</c> for strings, numbers, tables, lists).</summary>
    public IReadOnlyDictionary<string, object?>? Headers { get; init; }

    /// <summary>Whether the broker has delivered it before.</summary>
    public bool Redelivered { get; init; }

    /// <summary>The transport's number for the delivery.</summary>
    public ulong DeliveryTag { get; init; }

    /// <summary>The partition that an ordered command came from. Of others what the transport tells deliveries by, 0 as a rule.</summary>
    public int Partition { get; init; }

    /// <summary>The body. Valid only during the callback that brought it; that of <see cref="IQueueLink.GetAsync"/> stays valid.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
