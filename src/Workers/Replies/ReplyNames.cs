using Messaging.Batching;
using Messaging.Serialization;
using Messaging.Wire;

namespace Messaging.Replies;

/// <summary>The types and content types of replies.</summary>
internal static class ReplyNames
{
    /// <summary>A success without a body.</summary>
    public static FrameNames Empty { get; } = new(WireNames.ReplyType, contentType: null);

    /// <summary>A failure that the contract does not declare.</summary>
    public static FrameNames Fault { get; } = new(WireNames.FaultReplyType, contentType: null);

    /// <summary>A declared fault with its fields.</summary>
    public static FrameNames DeclaredFault { get; } = new(WireNames.FaultReplyType, FaultBody.ContentType);

    /// <summary>A success with a body.</summary>
    public static FrameNames Success(string contentType) => new(WireNames.ReplyType, contentType);
}
