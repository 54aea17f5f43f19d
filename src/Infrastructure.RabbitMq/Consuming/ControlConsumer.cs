using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Tells a worker of cancelled calls, of what its streams are sent, and of catalogues that ask who is there.</summary>
internal sealed class ControlConsumer(IChannel channel, LinkLifetime link, string queue, IWorkerSink sink)
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
        if (exchange.Length == 0)
        {
            sink.OnControl(AmqpMessages.Read(properties, redelivered, deliveryTag, body));
        }
        else if (string.Equals(routingKey, WireNames.RollCallKey, StringComparison.Ordinal))
        {
            sink.OnRollCall();
        }
        else if (properties.CorrelationId is { } correlationId)
        {
            sink.OnCancel(correlationId);
        }

        return Task.CompletedTask;
    }
}
