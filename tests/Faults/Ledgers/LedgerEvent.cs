namespace Messaging.Faults.Ledgers;

/// <summary>What a line of a ledger states.</summary>
public enum LedgerEvent
{
    /// <summary>A command is about to be sent.</summary>
    CommandIntent = 0,

    /// <summary>Sending a command has ended; with status OK it was accepted.</summary>
    CommandOutcome,

    /// <summary>A command's handler has done its work.</summary>
    CommandEffect,

    /// <summary>A call is about to be made.</summary>
    CallIntent,

    /// <summary>A call has ended.</summary>
    CallOutcome,

    /// <summary>A delayed command, accepted a moment ago, is about to be cancelled.</summary>
    CancelIntent,

    /// <summary>Cancelling has ended; with status OK the broker remembers it.</summary>
    CancelOutcome,

    /// <summary>Somebody took a command out of the dead-letter queue while the run went on.</summary>
    DeadLetterTaken,

    /// <summary>An operator deleted or filled something; the id says what.</summary>
    Operated,

    /// <summary>The process has ended in order: every intent of it has its outcome above.</summary>
    End,
}
