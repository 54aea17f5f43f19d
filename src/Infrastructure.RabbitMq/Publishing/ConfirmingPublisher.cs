using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Publishes with publisher confirms: at once on a channel without which the link is lost, with a delay on one of its own.</summary>
internal sealed class ConfirmingPublisher
{
    private readonly ConfirmChannel _confirming;
    private readonly DelayPublisher _delays;
    private readonly SecondTry _second;

    private ConfirmingPublisher(ConfirmChannel confirming, DelayPublisher delays, SecondTry second)
    {
        _second = second;
        _confirming = confirming;
        _delays = delays;
    }

    /// <summary>The channel that it publishes on what has no delay.</summary>
    public IChannel Channel => _confirming.Channel;

    /// <summary>Opens a channel and finds out whether we may publish on it.</summary>
    /// <param name="link">The link.</param>
    /// <param name="connection">The connection for what is published.</param>
    /// <param name="purpose">What the channel is for.</param>
    /// <param name="limits">What a message may weigh.</param>
    /// <param name="delays">Sees to what delayed messages need.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ConfirmingPublisher> OpenAsync(
        LinkLifetime link, BrokerConnection connection, string purpose, MessageLimits limits, DelayReadiness delays, CancellationToken cancellationToken)
    {
        var confirming = await ConfirmChannel.OpenVitalAsync(link, connection, purpose, limits, cancellationToken).ConfigureAwait(false);

        // A missing permission shows only when something is published, and closes the channel then. Better now, by a
        // message for nobody, than by the first call.
        var nobody = new OutboundMessage { Queue = ServiceQueues.Unique("messaging.nobody."), Type = "probe" };
        await confirming.PublishAsync(nobody, mandatory: false).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        var second = new SecondTry(connection, link, limits);
        var publisher = new DelayPublisher(connection, link, limits, delays, second);
        link.WhenDisposed(publisher.CloseAsync);
        link.WhenDisposed(second.CloseAsync);
        return new ConfirmingPublisher(confirming, publisher, second);
    }

    /// <summary>Publishes, mandatory; complete when the broker has confirmed it.</summary>
    public ValueTask PublishAsync(OutboundMessage message) =>
        message.DelaySeconds > 0 ? _delays.PublishAsync(message) : PublishNowAsync(message);

    /// <summary>Publishes, mandatory, to a queue what was read from another, as it is.</summary>
    public ValueTask PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body) =>
        _confirming.PublishAsync(string.Empty, queue, properties, body);

    private async ValueTask PublishNowAsync(OutboundMessage message)
    {
        _second.ThrowIfLeaderless(message.Queue);
        try
        {
            await _confirming.PublishAsync(message, mandatory: true).ConfigureAwait(false);
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Refused && message.ReplyTo is null)
        {
            // A direct reply would come to the channel by which its request went, so what wants one has but this chance.
            if (!await _second.PublishAsync(message, message.Queue).ConfigureAwait(false))
            {
                throw;
            }
        }
    }
}
