namespace Messaging.Outbox;

/// <summary>A command, encoded, as it will be published.</summary>
public sealed record OutboxCommand
{
    /// <summary>The service's wire name.</summary>
    public required string Service { get; init; }

    /// <summary>The method's wire name.</summary>
    public required string Operation { get; init; }

    /// <summary>The message id, the same however often it is published.</summary>
    public required string MessageId { get; init; }

    /// <summary>The body's content type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The headers as a JSON object of texts; null for none.</summary>
    public string? Headers { get; init; }

    /// <summary>The encoded command.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>A command in the outbox.</summary>
/// <param name="Number">Its place in the order of insertion.</param>
/// <param name="Command">The command.</param>
/// <param name="Age">How long ago it was inserted, by the database's clock.</param>
public sealed record OutboxEntry(long Number, OutboxCommand Command, TimeSpan Age);
