namespace Messaging.Calls;

/// <summary>How far a call has come. Errors name it.</summary>
internal enum CallStage
{
    /// <summary>Waiting for a connection. Nothing was sent.</summary>
    Connecting = 0,

    /// <summary>Handed to the connection; it may have been sent.</summary>
    Sending,

    /// <summary>Sent; the reply is awaited.</summary>
    AwaitingReply,
}
