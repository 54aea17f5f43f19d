using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Hands replies to a requester.</summary>
internal sealed class ReplyConsumer(IChannel channel, LinkLifetime link, string queue, IRequesterSink sink)
    : LinkConsumer(channel, link, queue)
{
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        sink.OnReply(AmqpMessages.Read(properties, redelivered, deliveryTag, body));
        return Task.CompletedTask;
    }
}
