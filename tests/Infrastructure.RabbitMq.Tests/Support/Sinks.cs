using Messaging.Transport;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>A message and a copy of its body, which outlives the callback.</summary>
internal sealed record Received(InboundMessage Message, byte[] Body, QueueKind Queue = QueueKind.Calls)
{
    public DeliveryTag Tag => new(Queue, Message.DeliveryTag);

    public static Received From(in InboundMessage message, QueueKind queue = QueueKind.Calls)
    {
        var body = message.Body.ToArray();
        return new Received(message with { Body = body }, body, queue);
    }
}

internal sealed class RequesterSink : IRequesterSink
{
    public Mailbox<Received> Replies { get; } = new();

    public Mailbox<string> Returned { get; } = new();

    public Mailbox<string?> Away { get; } = new();

    public Mailbox<string> LostCalls { get; } = new();

    public void OnCallsAway(string service, string? why) => Away.Add(why);

    public void OnCallsLost(string service, IReadOnlyList<InboundMessage> held) => LostCalls.Add(service);

    public void OnReply(in InboundMessage message) => Replies.Add(Received.From(message));

    public void OnReturned(in InboundMessage message) => Returned.Add(message.CorrelationId ?? string.Empty);
}

internal sealed class WorkerSink : IWorkerSink
{
    public Mailbox<Received> Deliveries { get; } = new();

    public Mailbox<string> Cancelled { get; } = new();

    public Mailbox<string> RepliesReturned { get; } = new();

    public void OnDelivery(QueueKind queue, in InboundMessage message) => Deliveries.Add(Received.From(message, queue));

    public void OnCancel(string correlationId) => Cancelled.Add(correlationId);

    public void OnControl(in InboundMessage message) => throw new NotSupportedException();

    public void OnReplyReturned(in InboundMessage reply) => RepliesReturned.Add(reply.CorrelationId ?? string.Empty);
}
