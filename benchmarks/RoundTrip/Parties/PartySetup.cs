using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Parties;

/// <summary>Who is in a party.</summary>
internal sealed record PartySetup
{
    /// <summary>The system's name in the catalog.</summary>
    public required string System { get; init; }

    /// <summary>As all parties of the measurement have it.</summary>
    public required SystemSetup Common { get; init; }

    /// <summary>How many workers it has, each with its own connection.</summary>
    public int Workers { get; init; }

    /// <summary>How many requesters it has, each with its own connection.</summary>
    public int Requesters { get; init; }

    /// <summary>How many callers share its requesters.</summary>
    public int Callers { get; init; }

    /// <summary>Whether it samples what its process allocates, by type.</summary>
    public bool SampleAllocations { get; init; }
}
