namespace Messaging;

/// <summary>How links to the broker are opened again. Bound from <c>Messaging:Reconnect</c>.</summary>
public sealed class ReconnectOptions
{
    /// <summary>The delay before the second attempt; it doubles with every further one. Jittered. Default: 100 ms.</summary>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay between attempts. Default: 1 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(1);
}
