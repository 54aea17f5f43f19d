namespace Messaging.Batching;

/// <summary>One call or reply of a batch, as it was read.</summary>
internal readonly ref struct BatchFrame
{
    /// <summary>The correlation id.</summary>
    public required UInt128 Id { get; init; }

    /// <summary>A request's remaining time when the batch was begun, in milliseconds; a reply's handler time in microseconds.</summary>
    public required uint Number { get; init; }

    /// <summary>As the <c>type</c> property of a message of its own.</summary>
    public required string Type { get; init; }

    /// <summary>As the <c>content-type</c> property of a message of its own; null where it is empty.</summary>
    public required string? ContentType { get; init; }

    /// <summary>Text headers; null for none.</summary>
    public required IReadOnlyDictionary<string, object?>? Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }
}
