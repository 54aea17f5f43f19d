using Messaging.Batching;
using Messaging.Wire;

namespace Messaging.Streaming;

/// <summary>The types of a stream's messages.</summary>
internal static class StreamNames
{
    public static FrameNames Open { get; } = new(WireNames.StreamOpenType, contentType: null);

    public static FrameNames Headers { get; } = new(WireNames.StreamHeadersType, contentType: null);

    public static FrameNames Credit { get; } = new(WireNames.StreamCreditType, contentType: null);

    public static FrameNames Alive { get; } = new(WireNames.StreamAliveType, contentType: null);

    public static FrameNames End { get; } = new(WireNames.StreamEndType, contentType: null);

    public static FrameNames EndWith(string contentType) => new(WireNames.StreamEndType, contentType);

    public static FrameNames Item(string contentType) => new(WireNames.StreamItemType, contentType);
}
