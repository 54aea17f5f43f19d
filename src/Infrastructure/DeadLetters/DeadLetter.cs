namespace Messaging;

/// <summary>A command that failed for good, as it lies in the dead-letter queue of its service.</summary>
public sealed record DeadLetter
{
    /// <summary>The service's wire name.</summary>
    public required string Service { get; init; }

    /// <summary>The method's wire name; null where the message had none, which may be why it is here.</summary>
    public string? Method { get; init; }

    /// <summary>The command's message id; null where its sender gave none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The queue of the service's that it came from, and goes back to when it is replayed.</summary>
    public required string Queue { get; init; }

    /// <summary>The body's content type; null where the message had none.</summary>
    public string? ContentType { get; init; }

    /// <summary>How the body is compressed (<c>gzip</c>, <c>br</c>); null for not at all.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The command as it was sent.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The sender's headers as texts: tables and lists as JSON. A replay keeps them of the types that they came with.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Why it is here: <c>handler failed</c>, what was wrong with the message, or the broker's reason (<c>delivery_limit</c>, <c>rejected</c>).</summary>
    public required string Reason { get; init; }

    /// <summary>The type of the handler's last exception; null where none was thrown.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The message of the handler's last exception; null where none was thrown.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>The stack trace of the handler's last exception, where the worker's options keep it.</summary>
    public string? StackTrace { get; init; }

    /// <summary>How often it was tried; null where that is not known.</summary>
    public long? Attempts { get; init; }

    /// <summary>When it failed for the first time, by a worker's clock; null where the broker dead-lettered it.</summary>
    public DateTimeOffset? FirstFailure { get; init; }

    /// <summary>When it failed for the last time, by a worker's clock; null where the broker dead-lettered it.</summary>
    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>The worker that gave it up, as machine/process id; null where the broker dead-lettered it.</summary>
    public string? Worker { get; init; }

    /// <summary>A line for each time that it was here before and was replayed, the oldest first.</summary>
    public IReadOnlyList<string> History { get; init; } = [];
}

/// <summary>What a replay changes of a command. What is null stays as it was.</summary>
public sealed record DeadLetterEdit
{
    /// <summary>Another body, in the content type of the old one, not compressed.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Other headers of the sender's, in place of all of them. One that is as <see cref="DeadLetter.Headers"/> shows it keeps its type.</summary>
    /// <remarks>Reserved names are refused with an <see cref="ArgumentException"/> when the command is replayed.</remarks>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
