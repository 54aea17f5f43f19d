namespace Messaging.InMemory;

/// <summary>What the default exchange can route to.</summary>
internal abstract class BrokerQueue(string name)
{
    public string Name { get; } = name;

    /// <summary>Takes a message and with it the duty to release it; false, and no duty, when the queue is gone.</summary>
    public abstract bool TryEnqueue(BrokerMessage message);
}
