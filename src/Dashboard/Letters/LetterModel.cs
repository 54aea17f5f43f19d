namespace Messaging.Letters;

/// <summary>A page of the dead letters that match.</summary>
/// <param name="Service">The service's wire name.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Scanned">How many were looked through, the oldest first.</param>
/// <param name="ReadOnly">Whether nothing can be done with them here.</param>
/// <param name="Keys">The keys of all that match, in order: what is done to all is done to these.</param>
/// <param name="Rows">The page.</param>
internal sealed record LetterList(string Service, long Total, int Scanned, bool ReadOnly, IReadOnlyList<string> Keys, IReadOnlyList<LetterRow> Rows);

/// <summary>A dead letter in a list.</summary>
internal sealed record LetterRow
{
    /// <summary>Tells it from all others; another one when it comes back.</summary>
    public required string Key { get; init; }
    public string? Method { get; init; }
    public string? MessageId { get; init; }
    public required string Reason { get; init; }
    public string? ExceptionType { get; init; }
    public string? ExceptionMessage { get; init; }
    public long? Attempts { get; init; }
    public DateTimeOffset? FirstFailure { get; init; }
    public DateTimeOffset? LastFailure { get; init; }
    public string? Worker { get; init; }
    public required string Queue { get; init; }
    public int Bytes { get; init; }

    /// <summary>How often it was replayed before.</summary>
    public int Replays { get; init; }
}

/// <summary>A dead letter in full.</summary>
/// <param name="Row">As in a list, with nothing cut.</param>
/// <param name="ReadOnly">Whether nothing can be done with it here.</param>
/// <param name="StackTrace">Where the worker's options keep it.</param>
/// <param name="ContentType">The body's.</param>
/// <param name="ContentEncoding">How the body is compressed.</param>
/// <param name="Headers">The sender's.</param>
/// <param name="History">A line for each time that it was here before.</param>
/// <param name="Body">What it says.</param>
internal sealed record LetterDetail(
    LetterRow Row, bool ReadOnly, string? StackTrace, string? ContentType, string? ContentEncoding, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> History, LetterBody Body);

/// <summary>What is to be done with dead letters.</summary>
/// <param name="Service">The service's wire name.</param>
/// <param name="Keys">Which ones.</param>
/// <param name="Body">Another body, of one that is replayed; null to leave it.</param>
/// <param name="Headers">Other headers, of one that is replayed; null to leave them.</param>
internal sealed record LetterAction(string Service, IReadOnlyList<string> Keys, string? Body = null, Dictionary<string, string>? Headers = null);

/// <summary>What was done with dead letters.</summary>
/// <param name="Done">How many it was done to.</param>
/// <param name="Missing">How many were not there any more.</param>
internal sealed record LetterActionOutcome(long Done, long Missing);
