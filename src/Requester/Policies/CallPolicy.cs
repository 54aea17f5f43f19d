using Messaging.Batching;
using Messaging.Calls;
using Messaging.Compression;
using Messaging.Overload;
using Messaging.Serialization;

namespace Messaging.Policies;

/// <summary>All that is decided about an operation's calls before the first one: made once, read on every call.</summary>
internal abstract class CallPolicy
{
    public required OperationDescriptor Operation { get; init; }

    /// <summary>What it shares with the service's other operations.</summary>
    public required ServiceCalls Service { get; init; }

    public required string ContentType { get; init; }

    /// <summary>The operation's name and content type as a batch's frames have them.</summary>
    public required FrameNames Names { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Null where each call is one attempt.</summary>
    public required AttemptPipeline? Attempts { get; init; }

    /// <summary>The type and content type of the items that it sends.</summary>
    public required FrameNames ItemNames { get; init; }

    /// <summary>How its streams are received.</summary>
    public required StreamOptions Stream { get; init; }

    /// <summary>How long a stream may wait for a worker to take it.</summary>
    public required TimeSpan OpenTimeout { get; init; }

    /// <summary>How what is sent is compressed.</summary>
    public required CompressionPlan Compression { get; init; }

    /// <summary>How replies may be compressed; null where workers are told nothing of it.</summary>
    public string? AcceptEncoding => Compression.Encoding is null ? null : ContentEncodings.Readable;

    public HandlerTime HandlerTime { get; } = new();

    /// <summary>The shortest round trip, where workers don't say how long handlers take.</summary>
    public ShortestTime ShortestTrip { get; } = new();
}

/// <summary>A policy with its codecs.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal sealed class CallPolicy<TRequest, TReply> : CallPolicy
{
    public required PayloadCodec<TRequest> RequestCodec { get; init; }

    public required PayloadCodec<TReply> ReplyCodec { get; init; }
}
