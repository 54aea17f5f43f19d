namespace Messaging.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">Its name, which stays the same.</param>
/// <param name="State">How it is.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">What to do; null where nothing is to be done, or the message says it.</param>
internal sealed record Finding(string Check, FindingState State, string Message, string? Remedy = null)
{
    /// <summary>Whether the broker can't be reached because of it.</summary>
    public bool IsAboutConnecting { get; init; }
}

/// <summary>How a check ended.</summary>
internal enum FindingState
{
    Good = 0,
    Skipped = 1,
    Warning = 2,
    Fault = 3,
}
