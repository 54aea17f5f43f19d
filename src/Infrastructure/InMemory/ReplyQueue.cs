namespace Messaging.InMemory;

/// <summary>
/// An exclusive queue whose one consumer acknowledges nothing: what arrives is the link's at once, so it holds nothing
/// back and needs no lock of its own.
/// </summary>
internal sealed class ReplyQueue(string name, RequesterLink link) : BrokerQueue(name)
{
    public RequesterLink Link { get; } = link;

    public override bool TryEnqueue(BrokerMessage message) => Link.TryDeliver(message);
}
