namespace Messaging;

/// <summary>Which web pages may call the gateway from a browser. Bound from <c>Messaging:Gateway:Cors</c>.</summary>
public sealed class GatewayCorsOptions
{
    /// <summary>
    /// The origins of the pages that may call, as scheme, host and port: <c>https://shop.example</c>. A single <c>*</c>
    /// allows all. Default: none, so that only pages of the gateway's own origin may.
    /// </summary>
    public ISet<string> AllowedOrigins { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>How long a browser may keep the answer of a preflight request. From zero to 24 hours. Default: 10 minutes.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);
}
