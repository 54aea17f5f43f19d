namespace Messaging.RabbitMq;

/// <summary>How replies come back to a requester.</summary>
public enum RabbitMqReplyPath
{
    /// <summary>By an exclusive queue of the requester's, consumed on a connection other than the one it publishes on.</summary>
    ExclusiveQueue = 0,

    /// <summary>By RabbitMQ's direct reply-to: no queue, but publishing and consuming share one channel.</summary>
    DirectReplyTo = 1,
}
