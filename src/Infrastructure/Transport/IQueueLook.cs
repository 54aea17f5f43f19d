namespace Messaging.Transport;

/// <summary>A look at queues from outside: it takes nothing out of them, and neither declares nor consumes. One question at a time.</summary>
public interface IQueueLook : ILink
{
    /// <summary>Counts what is in a queue. One that is missing does not end the link.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <returns>The counts; null where there is no such queue.</returns>
    /// <exception cref="TransportException">The link is lost, or looking at the queue is denied.</exception>
    ValueTask<QueueCounts?> FindAsync(string queue);
}

/// <summary>What a broker says of a queue.</summary>
/// <param name="Messages">How many messages wait. Those that somebody has and has not settled don't count.</param>
/// <param name="Consumers">How many consumers it has. Of those of a partition only the one counts that gets its messages.</param>
public readonly record struct QueueCounts(long Messages, int Consumers);
