namespace Messaging;

/// <summary>What the dashboard shows and who may see it. Bound from <c>Messaging:Dashboard</c>.</summary>
public sealed class DashboardOptions
{
    /// <summary>
    /// The wire names of services that are shown even while no worker of theirs is alive, with their queues and dead
    /// letters. Those that announce themselves are shown anyway, and stay for as long as the process runs. Default: none.
    /// </summary>
    public ISet<string> Services { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether everybody who reaches the page may use it, where its endpoints ask for no authorization and the environment
    /// is not Development; a warning is logged at the start. Default: false, such requests are refused with 403.
    /// </summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Whether it only shows: replaying, deleting and trying are refused with 403. Default: false.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>How far back the plots go, in steps of 2 s. From 1 minute to 2 hours. Default: 15 minutes, which takes about 13 KB a service.</summary>
    public TimeSpan History { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How many dead letters of a service are looked through at a time, the oldest first. From 1 to 10,000. Default: 1,000.</summary>
    public int MaxDeadLetters { get; set; } = 1000;

    /// <summary>How much of a body is shown, searched and edited, in bytes after decompression. From 1 KiB to 16 MiB. Default: 256 KiB.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;
}
