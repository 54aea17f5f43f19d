namespace Messaging.Hosting;

/// <summary>What the program is beside the gateway. Bound from <c>Messaging:Host</c>.</summary>
internal sealed class GatewayHostOptions
{
    private const int MinPassword = 12;

    /// <summary>Whether to serve the explorer and the OpenAPI documents. Default: null, in the environment Development alone.</summary>
    public bool? Explorer { get; set; }

    /// <summary>Whether to serve metrics to Prometheus at <c>/metrics</c>. Default: false.</summary>
    public bool Metrics { get; set; }

    /// <summary>Whether to serve the dashboard. Outside Development it needs <see cref="DashboardUsers"/>. Default: null, in the environment Development alone.</summary>
    public bool? Dashboard { get; set; }

    /// <summary>Who may use the dashboard: passwords of at least 12 characters, by name. Asked for by HTTP Basic, so that TLS belongs in front. Default: none.</summary>
    public IDictionary<string, string> DashboardUsers { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long calls under way may take to end when the program is stopped. From 0 to 10 minutes. Default: 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with them; null for nothing.</summary>
    /// <param name="isDevelopment">Whether the environment is Development.</param>
    /// <param name="allowsAnonymous">Whether the dashboard's own options let everybody in.</param>
    public string? FindError(bool isDevelopment, bool allowsAnonymous)
    {
        if (ShutdownTimeout < TimeSpan.Zero || ShutdownTimeout > TimeSpan.FromMinutes(10))
        {
            return $"Messaging:Host:ShutdownTimeout is {ShutdownTimeout}: set it from 0 to 10 minutes.";
        }

        if (Dashboard == true && DashboardUsers.Count == 0 && !isDevelopment && !allowsAnonymous)
        {
            return "Messaging:Host:Dashboard is true, and nobody may use it: set Messaging:Host:DashboardUsers:<name> to a password, or, where something in front already decides who may come, Messaging:Dashboard:AllowAnonymous to true.";
        }

        foreach (var (name, password) in DashboardUsers)
        {
            if (name.Contains(':', StringComparison.Ordinal) || password is null || password.Length < MinPassword)
            {
                return $"Messaging:Host:DashboardUsers:{name}: give it a name without a colon, and a password of at least {MinPassword} characters.";
            }
        }

        return null;
    }
}
