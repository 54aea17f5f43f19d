namespace Messaging.Calls;

/// <summary>How far a call has come. Errors name it.</summary>
internal enum CallStage
{
    /// <summary>Waiting for room among the calls under way. Nothing was sent.</summary>
    Waiting = 0,

    /// <summary>Waiting for a connection. Nothing was sent.</summary>
    Connecting,

    /// <summary>Waiting for its turn on the connection, with others. Nothing was sent.</summary>
    Queued,

    /// <summary>Refused for want of a leader or a quorum, and waiting to be sent again. Nothing was taken.</summary>
    Refused,

    /// <summary>Handed to the connection; it may have been sent.</summary>
    Sending,

    /// <summary>Sent; the reply is awaited.</summary>
    AwaitingReply,

    /// <summary>Waiting for an earlier command of the same key to be confirmed. Nothing was sent.</summary>
    Ordering,
}
