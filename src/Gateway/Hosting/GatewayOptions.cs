namespace Messaging;

/// <summary>What the gateway forwards. Bound from <c>Messaging:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>
    /// The wire names of the services that may be called through the gateway; a single <c>*</c> allows all. Nothing else
    /// is forwarded, whoever asks. At least one is required. Default: none.
    /// </summary>
    public ISet<string> Services { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// The largest request body, or message of a request stream, in bytes, after decompression; a compressed gRPC
    /// message is forwarded as it is, and its worker bounds what it becomes. From 1 to 1 GiB, and
    /// never over what the transport takes. Default: 4 MiB, as gRPC's.
    /// </summary>
    public int MaxRequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Which web pages may call the gateway from a browser. Default: those of its own origin.</summary>
    public GatewayCorsOptions Cors { get; } = new();

    /// <summary>How many may call at a time, how often, and how slowly they may read.</summary>
    public GatewayLimitsOptions Limits { get; } = new();
}
