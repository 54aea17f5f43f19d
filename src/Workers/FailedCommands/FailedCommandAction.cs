namespace Messaging;

/// <summary>What becomes of a command whose handler failed.</summary>
public enum FailedCommandAction
{
    /// <summary>It is tried again, as often as <see cref="CommandRetryOptions"/> say; then it is dead-lettered.</summary>
    Retry = 0,

    /// <summary>It goes to the dead-letter queue at once, with its reason.</summary>
    DeadLetter = 1,

    /// <summary>It counts as done. A log line remains of it.</summary>
    Discard = 2,
}
