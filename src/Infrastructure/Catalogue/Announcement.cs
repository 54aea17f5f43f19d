using System.Text.Json.Serialization;

namespace Messaging.Catalogue;

/// <summary>What a worker says of itself, as it is on the wire.</summary>
internal sealed record Announcement
{
    /// <summary>The version of the format.</summary>
    public required int Format { get; init; }

    public required string Service { get; init; }

    public required string Instance { get; init; }

    /// <summary>Whether it takes its leave: nothing else is said then.</summary>
    public bool Gone { get; init; }

    public string? Version { get; init; }

    public string? Host { get; init; }

    public int ProcessId { get; init; }

    public long UptimeMs { get; init; }

    /// <summary>How long it is until the next announcement. Whoever has missed two of them is forgotten.</summary>
    public int IntervalMs { get; init; }

    public int Concurrency { get; init; }

    public int Running { get; init; }

    public bool Draining { get; init; }

    /// <summary>How many calls it has refused in time since it started.</summary>
    public long Refused { get; init; }

    /// <summary>Null where it says nothing of them: generated readers know no other default.</summary>
    public IReadOnlyList<AnnouncedOperation>? Operations { get; init; }
}

/// <summary>What a worker says of one operation, as it is on the wire.</summary>
internal sealed record AnnouncedOperation
{
    public required string Name { get; init; }

    public required OperationKind Kind { get; init; }

    public long Handled { get; init; }

    public long Failed { get; init; }

    public double Rate { get; init; }

    public long? MedianUs { get; init; }

    [JsonPropertyName("p99Us")]
    public long? Percentile99Us { get; init; }
}
