using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>A look at queues from outside.</summary>
internal sealed class QueueLook(InMemoryBroker broker, InMemoryTransport owner) : InMemoryLink(broker, owner), IQueueLook
{
    public ValueTask<QueueCounts?> FindAsync(string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return IsLost
            ? ValueTask.FromException<QueueCounts?>(
                new TransportException(TransportFailure.NotSent, $"Looking at '{queue}': the link is lost. Open a new one."))
            : new ValueTask<QueueCounts?>(Broker.TryFind(queue, out var found) && found is WorkQueue work ? work.CountAll() : null);
    }

    protected override void Close()
    {
        // It holds nothing.
    }

    protected override Task WhenIdleAsync() => Task.CompletedTask;
}
