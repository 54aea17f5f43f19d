namespace Messaging.Transport;

/// <summary>
/// A look into one queue: takes messages out one by one, without consuming. Messages that were got and not settled return
/// to the queue when the link ends. All methods are thread-safe. A queue that is deleted meanwhile ends the link.
/// </summary>
public interface IQueueLink : ILink
{
    /// <summary>Gets the next message that waits. It is out of the queue, and nobody else's, until it is settled or the link ends.</summary>
    /// <returns>The message, with a body of its own that stays valid; null when nothing waits.</returns>
    /// <exception cref="TransportException">The link is lost, reading is denied, or the queue was deleted.</exception>
    ValueTask<InboundMessage?> GetAsync();

    /// <summary>Acknowledges a message: it is gone from the queue. Each message is settled once. On a lost link a no-op, as the message is back in its queue.</summary>
    /// <param name="deliveryTag">The message's <see cref="InboundMessage.DeliveryTag"/>.</param>
    /// <returns>Complete when handed to the connection.</returns>
    ValueTask AckAsync(ulong deliveryTag);

    /// <summary>
    /// Gives a message back to its queue. Looking is no attempt, but brokers differ in whether they count it as a delivery
    /// (RabbitMQ does before 4.3), so the queue must have no delivery limit. On a lost link a no-op.
    /// </summary>
    /// <param name="deliveryTag">The message's <see cref="InboundMessage.DeliveryTag"/>.</param>
    /// <returns>Complete when handed to the connection.</returns>
    ValueTask RequeueAsync(ulong deliveryTag);

    /// <summary>Publishes mandatory to the message's own queue; complete when the broker has confirmed it: a persistent one is safe on disk then.</summary>
    /// <param name="message">The message; its <see cref="OutboundMessage.MessageId"/> is set.</param>
    /// <returns>Complete on the publisher confirm.</returns>
    /// <exception cref="TransportException">It was returned, refused, not sent, or it is unknown whether it was taken.</exception>
    ValueTask PublishConfirmedAsync(OutboundMessage message);

    /// <summary>How many messages wait in the queue. Those that somebody has and has not settled don't count.</summary>
    /// <returns>The number of messages.</returns>
    /// <exception cref="TransportException">The link is lost, or the queue was deleted.</exception>
    ValueTask<long> CountAsync();

    /// <summary>Deletes all messages that wait in the queue. Those that somebody has and has not settled stay.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="TransportException">The link is lost, purging is denied, or the queue was deleted.</exception>
    ValueTask<long> PurgeAsync();
}
