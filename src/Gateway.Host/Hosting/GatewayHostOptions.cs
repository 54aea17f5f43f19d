namespace Messaging.Hosting;

/// <summary>What the program is beside the gateway. Bound from <c>Messaging:Host</c>.</summary>
internal sealed class GatewayHostOptions
{
    /// <summary>Whether to serve the explorer and the OpenAPI documents. Default: null, in the environment Development alone.</summary>
    public bool? Explorer { get; set; }

    /// <summary>Whether to serve metrics to Prometheus at <c>/metrics</c>. Default: false.</summary>
    public bool Metrics { get; set; }

    /// <summary>How long calls under way may take to end when the program is stopped. From 0 to 10 minutes. Default: 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with them; null for nothing.</summary>
    public string? FindError() =>
        ShutdownTimeout < TimeSpan.Zero || ShutdownTimeout > TimeSpan.FromMinutes(10)
            ? $"Messaging:Host:ShutdownTimeout is {ShutdownTimeout}: set it from 0 to 10 minutes."
            : null;
}
