using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>
/// One channel with publisher confirms, for any number of messages at a time. It keeps the table of what is unconfirmed
/// itself: the library's own has no bound and writes into the message's headers.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class ConfirmChannel
{
    private static readonly CreateChannelOptions _channelOptions =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly IChannel _channel;
    private readonly LinkLifetime _link;
    private readonly MessageLimits _limits;
    private readonly ConfirmTable _table = new();

    // Numbering and handing over must not interleave: the broker counts messages as they arrive.
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    private CancellationTokenRegistration _untilLost;

    private ConfirmChannel(IChannel channel, LinkLifetime link, MessageLimits limits)
    {
        _channel = channel;
        _link = link;
        _limits = limits;
        channel.BasicAcksAsync += OnAckAsync;
        channel.BasicNacksAsync += OnNackAsync;
        channel.BasicReturnAsync += OnReturnAsync;
    }

    /// <summary>The channel itself.</summary>
    public IChannel Channel => _channel;

    /// <summary>Opens one without which the link is lost.</summary>
    public static async Task<ConfirmChannel> OpenVitalAsync(
        LinkLifetime link, BrokerConnection connection, string purpose, MessageLimits limits, CancellationToken cancellationToken)
    {
        var channel = await link.OpenVitalChannelAsync(connection, purpose, cancellationToken, _channelOptions).ConfigureAwait(false);
        var confirming = new ConfirmChannel(channel, link, limits);
        link.WhenLost(confirming.Close);
        return confirming;
    }

    /// <summary>Opens one that may close while the link lives. The caller closes it when done.</summary>
    public static async Task<ConfirmChannel> OpenPassingAsync(
        LinkLifetime link, BrokerConnection connection, MessageLimits limits, CancellationToken cancellationToken)
    {
        var channel = await link.OpenPassingChannelAsync(connection, cancellationToken, _channelOptions).ConfigureAwait(false);
        var confirming = new ConfirmChannel(channel, link, limits);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            confirming.Close(reason);
            return Task.CompletedTask;
        };

        // A connection on which nothing comes any more ends no channel.
        confirming._untilLost = link.LostToken.UnsafeRegister(static state => ((ConfirmChannel)state!).CloseWithLink(), confirming);
        if (channel.CloseReason is { } closed)
        {
            confirming.Close(closed);
        }

        return confirming;
    }

    /// <summary>Publishes; complete when the broker has confirmed it.</summary>
    public ValueTask PublishAsync(OutboundMessage message, bool mandatory) =>
        PublishAsync(message.Queue, message.MessageId, (this, message, mandatory), static state =>
            AmqpMessages.SendAsync(state.Item1._channel, state.message, state.Item1._limits, state.mandatory));

    /// <summary>Publishes, mandatory, what was read from a queue, as it is; complete when the broker has confirmed it.</summary>
    public ValueTask PublishAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body) =>
        PublishAsync(routingKey, properties.MessageId, (_channel, exchange, routingKey, properties, body), static state =>
            state._channel.BasicPublishAsync(state.exchange, state.routingKey, mandatory: true, state.properties, state.body, CancellationToken.None));

    private async ValueTask PublishAsync<TState>(string queue, string? messageId, TState state, Func<TState, ValueTask> send)
    {
        if (_link.Loss is not null || !_link.InFlight.TryEnter())
        {
            throw PublishFailures.LinkLost(queue, _link.Loss);
        }

        PendingConfirm pending;
        try
        {
            pending = await HandOverAsync(queue, messageId, state, send).ConfigureAwait(false);
        }
        finally
        {
            _link.InFlight.Exit();
        }

        await pending.Task.ConfigureAwait(false);
    }

    private async ValueTask<PendingConfirm> HandOverAsync<TState>(string queue, string? messageId, TState state, Func<TState, ValueTask> send)
    {
        try
        {
            await _oneAtATime.WaitAsync(_link.LostToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw PublishFailures.LinkLost(queue, _link.Loss);
        }

        PendingConfirm? pending = null;
        try
        {
            pending = _table.Add(queue, messageId) ?? throw NotOpen(queue);
            var publish = send(state);
            if (!publish.IsCompletedSuccessfully)
            {
                await _link.WhenDoneOrLostAsync(publish.AsTask(), queue).ConfigureAwait(false);
            }

            return pending;
        }
        catch (Exception e)
        {
            if (pending is not null)
            {
                _table.Withdraw(pending);
            }

            throw PublishFailures.From(e, queue);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private TransportException NotOpen(string queue) =>
        _link.Loss is null && _channel.CloseReason is { } reason ? PublishFailures.ChannelClosed(queue, reason) : PublishFailures.LinkLost(queue, _link.Loss);

    private void CloseWithLink() => Close(_link.Loss!);

    private void Close(ShutdownEventArgs reason)
    {
        _untilLost.Unregister();
        Close(_link.Loss ?? new LinkLoss(ShutdownReasons.Explain("channel", reason)));
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
