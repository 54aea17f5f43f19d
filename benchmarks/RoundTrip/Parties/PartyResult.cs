using Messaging.RoundTrip.Measuring;

namespace Messaging.RoundTrip.Parties;

/// <summary>What a party counted in the measured time.</summary>
internal sealed record PartyResult
{
    /// <summary>The calls that each of its workers handled.</summary>
    public required IReadOnlyList<long> Handled { get; init; }

    /// <summary>The time that their handlers took together.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>How long it counted, by its own clock.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What its process used.</summary>
    public required ProcessUse Used { get; init; }

    /// <summary>The bytes that its process allocated, by type; empty unless they were sampled.</summary>
    public required IReadOnlyDictionary<string, long> SampledAllocations { get; init; }

    /// <summary>How long its calls took.</summary>
    public required LatencyHistogram Latencies { get; init; }
}
