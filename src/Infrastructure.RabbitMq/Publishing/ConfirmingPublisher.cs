using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>
/// Publishes on one channel with publisher confirms, any number at a time. It keeps the table of what is unconfirmed
/// itself: the library's own has no bound and writes into the message's headers.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class ConfirmingPublisher
{
    private static readonly CreateChannelOptions _channelOptions =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly IChannel _channel;
    private readonly LinkLifetime _link;
    private readonly MessageLimits _limits;
    private readonly ConfirmTable _table = new();

    // Numbering and handing over must not interleave: the broker counts messages as they arrive.
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    private readonly DelayReadiness _delays;

    private ConfirmingPublisher(IChannel channel, LinkLifetime link, MessageLimits limits, DelayReadiness delays)
    {
        _delays = delays;
        _channel = channel;
        _link = link;
        _limits = limits;
        channel.BasicAcksAsync += OnAckAsync;
        channel.BasicNacksAsync += OnNackAsync;
        channel.BasicReturnAsync += OnReturnAsync;
        link.WhenLost(Close);
    }

    /// <summary>The channel that it publishes on.</summary>
    public IChannel Channel => _channel;

    /// <summary>Opens a channel and finds out whether we may publish on it.</summary>
    public static async Task<ConfirmingPublisher> OpenAsync(
        LinkLifetime link, BrokerConnection connection, string purpose, MessageLimits limits, CancellationToken cancellationToken)
    {
        var channel = await link.OpenVitalChannelAsync(connection, purpose, cancellationToken, _channelOptions).ConfigureAwait(false);
        var publisher = new ConfirmingPublisher(channel, link, limits, new DelayReadiness(connection, link));

        // A missing permission shows only when something is published, and closes the channel then. Better now, by a
        // message for nobody, than by the first call.
        var nobody = new OutboundMessage { Queue = ServiceQueues.Unique("messaging.nobody."), Type = "probe" };
        await publisher.PublishAsync(nobody, mandatory: false).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return publisher;
    }

    /// <summary>Publishes, mandatory; complete when the broker has confirmed it.</summary>
    public ValueTask PublishAsync(OutboundMessage message) =>
        message.DelaySeconds > 0 ? PublishDelayedAsync(message) : PublishAsync(message, mandatory: true);

    private async ValueTask PublishDelayedAsync(OutboundMessage message)
    {
        if (message.ExpirationMs is not null)
        {
            throw PublishFailures.CannotDelay(message.Queue);
        }

        if (_link.Loss is not null)
        {
            throw PublishFailures.LinkLost(message.Queue, _link.Loss);
        }

        await _delays.EnsureAsync(message.Queue).ConfigureAwait(false);
        await PublishAsync(message, mandatory: true).ConfigureAwait(false);
    }

    private async ValueTask PublishAsync(OutboundMessage message, bool mandatory)
    {
        if (_link.Loss is not null || !_link.InFlight.TryEnter())
        {
            throw PublishFailures.LinkLost(message.Queue, _link.Loss);
        }

        PendingConfirm pending;
        try
        {
            pending = await HandOverAsync(message, mandatory).ConfigureAwait(false);
        }
        finally
        {
            _link.InFlight.Exit();
        }

        await pending.Task.ConfigureAwait(false);
    }

    private async ValueTask<PendingConfirm> HandOverAsync(OutboundMessage message, bool mandatory)
    {
        try
        {
            await _oneAtATime.WaitAsync(_link.LostToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw PublishFailures.LinkLost(message.Queue, _link.Loss);
        }

        PendingConfirm? pending = null;
        try
        {
            pending = _table.Add(message.Queue, message.MessageId) ?? throw PublishFailures.LinkLost(message.Queue, _link.Loss);
            var publish = AmqpMessages.SendAsync(_channel, message, _limits, mandatory);
            if (!publish.IsCompletedSuccessfully)
            {
                await _link.WhenDoneOrLostAsync(publish.AsTask(), message.Queue).ConfigureAwait(false);
            }

            return pending;
        }
        catch (Exception e)
        {
            if (pending is not null)
            {
                _table.Withdraw(pending);
            }

            throw PublishFailures.From(e, message.Queue);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private void Close(LinkLoss loss)
    {
        // The broker closes a channel on the first message that it denies. Where none was ever confirmed, none was taken, and
        // where there is only one, it is the one.
        var denied = (!_table.EverConfirmed || _table.HasOneAtMost) && _channel.CloseReason is { ReplyCode: Constants.AccessRefused };
        _table.Close(queue => denied
            ? new TransportException(TransportFailure.Denied, $"Publishing to '{queue}': {loss.Reason}. Grant it with rabbitmqctl set_permissions.")
            : PublishFailures.BrokeMidway(queue, loss));
    }

    private Task OnAckAsync(object sender, BasicAckEventArgs ack)
    {
        _table.Ack(ack.DeliveryTag, ack.Multiple);
        return Task.CompletedTask;
    }

    private Task OnNackAsync(object sender, BasicNackEventArgs nack)
    {
        _table.Nack(nack.DeliveryTag, nack.Multiple);
        return Task.CompletedTask;
    }

    private Task OnReturnAsync(object sender, BasicReturnEventArgs returned)
    {
        _table.Return(AmqpMessages.MessageIdOf(returned), AmqpMessages.QueueOf(returned));
        return Task.CompletedTask;
    }
}
