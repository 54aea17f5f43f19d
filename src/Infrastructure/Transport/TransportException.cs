namespace Messaging.Transport;

/// <summary>A transport could not do what was asked.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">The stage, the value and what to do next.</param>
/// <param name="innerException">The client library's own exception.</param>
public sealed class TransportException(TransportFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The kind of failure.</summary>
    public TransportFailure Failure { get; } = failure;

    /// <summary>
    /// Whether it is the credentials that were denied, and not a permission. They are read anew by the next attempt, so
    /// that a password can be changed. Default false.
    /// </summary>
    public bool OfCredentials { get; init; }

    /// <summary>
    /// Whether the broker refused because the queue has no leader or no quorum just now, and not because it is full:
    /// nothing was taken, and the same message is taken when there is one again. Only with <see cref="TransportFailure.Refused"/>.
    /// Default false.
    /// </summary>
    public bool Passes { get; init; }
}

/// <summary>The kinds of failure that callers treat differently.</summary>
public enum TransportFailure
{
    /// <summary>Nothing was sent: no broker could be reached, or the link was already lost.</summary>
    NotSent = 0,

    /// <summary>The connection broke midway: the message may or may not have been taken.</summary>
    Unknown,

    /// <summary>No queue takes the message.</summary>
    Unroutable,

    /// <summary>The broker refused the message (a negative confirm): the queue is full, or <see cref="TransportException.Passes"/>.</summary>
    Refused,

    /// <summary>The message is over the limit.</summary>
    TooLarge,

    /// <summary>Wrong credentials or a missing permission. Trying again will not help until someone changes it.</summary>
    Denied,

    /// <summary>A queue exists with other arguments, or the options are wrong for this broker. Trying again will not help until someone changes it.</summary>
    Misconfigured,
}
