namespace Messaging;

/// <summary>How an operation exchanges messages.</summary>
public enum OperationKind
{
    /// <summary>One request, one reply.</summary>
    Call = 0,

    /// <summary>One message, no reply: complete when the broker has it safe.</summary>
    Command = 1,

    /// <summary>One request, a stream of replies.</summary>
    ReplyStream = 2,

    /// <summary>A stream of requests, one reply.</summary>
    RequestStream = 3,

    /// <summary>A stream of requests and a stream of replies, each at its own pace.</summary>
    DuplexStream = 4,
}
