namespace Messaging.Transport.Contract;

/// <summary>A delivery, with a body that outlives the callback.</summary>
public sealed record Received(QueueKind Queue, InboundMessage Message)
{
    public DeliveryTag Tag => new(Queue, Message.DeliveryTag, Message.Partition);

    public string? CorrelationId => Message.CorrelationId;

    public static Received Copy(QueueKind queue, in InboundMessage message) =>
        new(queue, message with { Body = message.Body.ToArray() });
}
