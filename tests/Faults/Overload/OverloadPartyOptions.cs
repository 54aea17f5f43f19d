namespace Messaging.Faults.Overload;

/// <summary>Who a party is. Bound from the command line, section <c>Party</c>, as of every process of a run.</summary>
internal sealed class OverloadPartyOptions
{
    /// <summary>Its name, unique in its run.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Where its timeline is written.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>Where the gateway listens; null for callers that have a requester.</summary>
    public Uri? Gateway { get; set; }

    /// <summary>Whether it reads the streams of the run.</summary>
    public bool ReadsStreams { get; set; }
}
