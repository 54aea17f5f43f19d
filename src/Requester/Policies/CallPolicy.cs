using Messaging.Serialization;

namespace Messaging.Policies;

/// <summary>All that is decided about an operation's calls before the first one: made once, read on every call.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal sealed class CallPolicy<TRequest, TReply>
{
    public required string ContentType { get; init; }

    public required PayloadCodec<TRequest> RequestCodec { get; init; }

    public required PayloadCodec<TReply> ReplyCodec { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Null where each call is one attempt.</summary>
    public required AttemptPipeline? Attempts { get; init; }
}
