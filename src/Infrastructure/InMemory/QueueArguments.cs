using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>What a queue was declared with. Declaring it again with anything else is refused, as RabbitMQ refuses it.</summary>
internal sealed record QueueArguments
{
    // What x-expires can hold.
    private const uint MaxExpiryMs = uint.MaxValue - 1;

    /// <summary>How long it outlives its last consumer; null for ever.</summary>
    public TimeSpan? Expiry { get; private init; }

    /// <summary>How often a message may come back before it is dead-lettered; null for any number.</summary>
    public int? DeliveryLimit { get; private init; }

    /// <summary>Where messages go that expired or passed the delivery limit; null to drop them.</summary>
    public string? DeadLetterQueue { get; private init; }

    /// <summary>Whether it is what a quorum queue is: it writes every message to disk, not only persistent ones, and counts redeliveries.</summary>
    public bool Quorum { get; private init; }

    /// <summary>The partition whose messages one consumer at a time gets; null where consumers compete.</summary>
    public int? Partition { get; private init; }

    public static QueueArguments DeadLetters { get; } = new() { Quorum = true };

    public static QueueArguments Calls(WorkerSubscription subscription)
    {
        var expiry = subscription.CallQueueExpiry;
        if (expiry < TimeSpan.FromMilliseconds(1) || expiry > TimeSpan.FromMilliseconds(MaxExpiryMs))
        {
            throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{subscription.Service}': CallQueueExpiry is {expiry}; set it from 1 ms to 49 days.");
        }

        return subscription.CallQueue is CallQueueType.Classic or CallQueueType.Quorum
            ? new QueueArguments { Expiry = expiry, Quorum = subscription.CallQueue == CallQueueType.Quorum }
            : throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{subscription.Service}': CallQueue is {subscription.CallQueue}; set it to Classic or Quorum.");
    }

    public static QueueArguments Commands(WorkerSubscription subscription)
    {
        if (subscription.CommandDeliveryLimit < 1)
        {
            throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{WireNames.CommandsQueue(subscription.Service)}': CommandDeliveryLimit is {subscription.CommandDeliveryLimit}; set it to 1 or more.");
        }

        return new QueueArguments
        {
            DeliveryLimit = subscription.CommandDeliveryLimit,
            DeadLetterQueue = WireNames.DeadLetterQueue(subscription.Service),
            Quorum = true,
        };
    }

    public QueueArguments OfPartition(int partition) => this with { Partition = partition };
}
