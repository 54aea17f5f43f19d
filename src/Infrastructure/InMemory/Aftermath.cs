namespace Messaging.InMemory;

/// <summary>What a change of a queue leaves to be done once the queue's lock is released.</summary>
internal struct Aftermath
{
    private Consumer? _wake;
    private List<(BrokerMessage Message, string Reason)>? _dead;

    public void Wake(Consumer consumer)
    {
        consumer.NextToWake = _wake;
        _wake = consumer;
    }

    public void DeadLetter(BrokerMessage message, string reason) => (_dead ??= []).Add((message, reason));

    public readonly void Finish(InMemoryBroker broker, WorkQueue queue)
    {
        var consumer = _wake;
        while (consumer is not null)
        {
            // Awake, it may at once be part of another chain.
            var next = consumer.NextToWake;
            consumer.NextToWake = null;
            consumer.Wake();
            consumer = next;
        }

        if (_dead is null)
        {
            return;
        }

        foreach (var (message, reason) in _dead)
        {
            broker.DeadLetter(queue.Arguments.DeadLetterQueue!, message, queue.Name, reason);
        }
    }
}
