using Messaging.Policies;

namespace Messaging.Calls;

/// <summary>What is needed to send a call, once or again.</summary>
internal readonly record struct OutgoingCall<TRequest, TReply>(
    PendingCall<TReply> Call,
    CallPolicy<TRequest, TReply> Policy,
    TRequest Request,
    CallOptions? Options,
    Deadline Deadline,
    int Attempt);

/// <summary>A call's deadline, and the timeout it came from for messages.</summary>
internal readonly record struct CallClock(Deadline Deadline, TimeSpan Timeout);
