namespace Messaging;

/// <summary>What the contract says of a command's retries. What is null is as the worker's options say.</summary>
public sealed record CommandRetryDescriptor
{
    /// <summary>How often a handler may run for one command, the first time included.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How many of the retries come at once.</summary>
    public int? ImmediateRetries { get; init; }

    /// <summary>The delay before the first delayed retry.</summary>
    public TimeSpan? BaseDelay { get; init; }

    /// <summary>The longest delay.</summary>
    public TimeSpan? MaxDelay { get; init; }
}
