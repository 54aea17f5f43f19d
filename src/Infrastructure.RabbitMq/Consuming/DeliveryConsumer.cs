using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Hands calls or commands to a worker.</summary>
internal sealed class DeliveryConsumer(
    IChannel channel, LinkLifetime link, string queue, QueueKind kind, IWorkerSink sink, int partition = 0, Action<DeliveryConsumer>? cancelled = null)
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
        sink.OnDelivery(kind, AmqpMessages.Read(properties, redelivered, deliveryTag, body) with { Partition = partition });
        return Task.CompletedTask;
    }

    protected override void OnCancelled()
    {
        if (cancelled is null)
        {
            base.OnCancelled();
        }
        else
        {
            cancelled(this);
        }
    }
}
