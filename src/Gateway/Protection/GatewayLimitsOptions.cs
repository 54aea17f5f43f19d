namespace Messaging;

/// <summary>
/// What keeps a gateway alive under too many clients, too eager ones, too slow ones, and without a broker. Bound from
/// <c>Messaging:Gateway:Limits</c>.
/// </summary>
public sealed class GatewayLimitsOptions
{
    /// <summary>How many calls and commands may be under way in the whole gateway; one more is refused with UNAVAILABLE (503). From 1 to 1,000,000. Default: 10,000.</summary>
    public int MaxCalls { get; set; } = 10_000;

    /// <summary>How many streams may be under way in the whole gateway, which don't count as calls; one more is refused with UNAVAILABLE (503). From 1 to 1,000,000. Default: 2,000.</summary>
    public int MaxStreams { get; set; } = 2_000;

    /// <summary>
    /// How many calls and commands of one client may be under way; one more is refused with RESOURCE_EXHAUSTED (429). A
    /// client is a user, where the application authenticates, or else an address. Behind a proxy that is the proxy's, if
    /// the application doesn't use forwarded headers. From 1 to 1,000,000. Default: null, as many as in all.
    /// </summary>
    public int? MaxCallsPerClient { get; set; }

    /// <summary>How many streams of one client may be under way; one more is refused with RESOURCE_EXHAUSTED (429). From 1 to 1,000,000. Default: null, as many as in all.</summary>
    public int? MaxStreamsPerClient { get; set; }

    /// <summary>How often one client may call; more often is refused with RESOURCE_EXHAUSTED (429). Default: null, as often as it likes.</summary>
    public GatewayRateLimitOptions? RateLimit { get; set; }

    /// <summary>
    /// Of how many clients the limits are kept apart, which bounds the memory for them. Where more are active at a time,
    /// further ones share one set of limits. From 1 to 1,000,000. Default: 10,000.
    /// </summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>
    /// How long the broker may be away, or refuse to take anything, before requests are refused at once with UNAVAILABLE
    /// (503) rather than wait for it inside their deadlines. From 0 to 5 minutes. Default: 1 s.
    /// </summary>
    public TimeSpan BrokerGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a client may take nothing of what is written to it before its call is cancelled and its connection
    /// aborted. From 100 ms to 1 hour. Default: 30 s.
    /// </summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How often one client may call: a bucket of tokens that fills evenly, of which each request takes one.</summary>
public sealed class GatewayRateLimitOptions
{
    /// <summary>How many requests a second one client may make in the long run. Above 0, at most 1,000,000; 0.1 is one in ten seconds. Default: 100.</summary>
    public double PerSecond { get; set; } = 100;

    /// <summary>How many it may make at once after a pause. From 1 to 1,000,000. Default: 200.</summary>
    public int Burst { get; set; } = 200;
}
