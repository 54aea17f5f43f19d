using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>
/// An exclusive queue whose one consumer acknowledges nothing: what arrives is the link's at once, so it holds nothing
/// back and needs no lock of its own.
/// </summary>
internal sealed class ReplyQueue(string name, IReplyQueueOwner owner) : BrokerQueue(name)
{
    public IReplyQueueOwner Owner { get; } = owner;

    public override bool TryEnqueue(BrokerMessage message) => Owner.TryDeliver(message);
}

/// <summary>The link that a <see cref="ReplyQueue"/> lives and dies with.</summary>
internal interface IReplyQueueOwner
{
    /// <summary>Takes a message; false when the link is gone.</summary>
    bool TryDeliver(BrokerMessage message);

    void Lose(LinkLoss loss);
}
