namespace Messaging.Transport;

/// <summary>
/// Properties that mean nothing to this library and something to who sent them. They are kept through retries, dead
/// letters and replays. Names are those of AMQP 0-9-1; absent ones are null.
/// </summary>
public sealed record ForeignProperties
{
    /// <summary>The <c>priority</c> property, 0 to 255.</summary>
    public byte? Priority { get; init; }

    /// <summary>The <c>timestamp</c> property, in seconds since 1970.</summary>
    public long? Timestamp { get; init; }

    /// <summary>The <c>app-id</c> property.</summary>
    public string? AppId { get; init; }

    /// <summary>The <c>cluster-id</c> property.</summary>
    public string? ClusterId { get; init; }
}
