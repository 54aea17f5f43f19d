using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Hands announcements to a catalogue. It acknowledges, so that what it has no time for waits, bounded, at the broker.</summary>
internal sealed class CatalogueConsumer(IChannel channel, LinkLifetime link, string queue, ICatalogueSink sink)
    : LinkConsumer(channel, link, queue)
{
    private readonly LinkLifetime _link = link;

    public override async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        sink.OnAnnouncement(AmqpMessages.Read(properties, redelivered, deliveryTag, body));
        if (_link.Loss is not null || !_link.InFlight.TryEnter())
        {
            return;
        }

        try
        {
            await _link.WhenDoneOrLostAsync(Channel.BasicAckAsync(deliveryTag, multiple: false, CancellationToken.None).AsTask(), "the catalogue").ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // With what is not acknowledged the prefetch would be used up one day.
            _link.Lose($"an announcement could not be acknowledged: {e.Message}");
        }
        finally
        {
            _link.InFlight.Exit();
        }
    }
}
