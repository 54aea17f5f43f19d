namespace Messaging;

/// <summary>What lies behind a <see cref="StatusCode"/>, where the system itself (not the handler) ended the call.</summary>
public enum FailureReason
{
    /// <summary>Nothing more is known; the handler's own status, for example.</summary>
    None = 0,

    /// <summary>The broker has no queue for the service: nobody serves it, and has not for a while. Nothing was run.</summary>
    NoRoute,

    /// <summary>No connection to the broker could be had in time. Nothing was sent.</summary>
    NotConnected,

    /// <summary>The connection was lost while the call was under way. It may have run.</summary>
    ConnectionLost,

    /// <summary>
    /// There is more to do than can be done: the call could not be answered by its deadline, too many are under way, or
    /// the broker refused the message because its queue is full. Nothing was run, and calling again at once makes it worse.
    /// </summary>
    Overloaded,

    /// <summary>The message is larger than the limit. Nothing was sent.</summary>
    TooLarge,

    /// <summary>The broker or the worker denied the access. Nothing was run.</summary>
    Denied,

    /// <summary>The request or the reply could not be encoded or decoded.</summary>
    Undecodable,

    /// <summary>A redelivered call of an at-most-once operation. It may have run.</summary>
    Redelivered,

    /// <summary>The requester was disposed while the call was under way. It may have run.</summary>
    RequesterClosed,

    /// <summary>The circuit breaker is open or a retry budget is used up. Nothing was sent.</summary>
    ShedByPolicy,

    /// <summary>
    /// The service is served, but the node of the broker that holds its queue is away, and nothing took the call in its
    /// place before the deadline.
    /// </summary>
    NodeDown,
}
