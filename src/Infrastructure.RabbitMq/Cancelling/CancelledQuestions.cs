using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Asks whether commands were cancelled: by a message to each one's binding, mandatory and confirmed, any number at a time.
/// It comes back where there is no binding. On a channel that is opened when first needed, and whose end is not the link's.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class CancelledQuestions
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly CreateChannelOptions _channelOptions =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly BrokerConnection _connection;
    private readonly LinkLifetime _link;
    private readonly string _service;
    private readonly TimeProvider _time;

    // Numbering and handing over must not interleave: the broker counts messages as they arrive.
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private Desk? _desk;

    /// <param name="connection">The connection to ask on.</param>
    /// <param name="link">The link.</param>
    /// <param name="service">The service's wire name.</param>
    /// <param name="time">The clock.</param>
    public CancelledQuestions(BrokerConnection connection, LinkLifetime link, string service, TimeProvider time)
    {
        _connection = connection;
        _link = link;
        _service = service;
        _time = time;
        link.WhenLost(_ => _desk?.Close(null));
        link.WhenDisposed(() => CloseAsync(_desk));
    }

    /// <summary>Whether a command was cancelled.</summary>
    /// <exception cref="TransportException">There is no answer.</exception>
    public async ValueTask<bool> AskAsync(string messageId)
    {
        var key = CancelledKey.Of(_service, messageId);
        try
        {
            return await AskOnceAsync(messageId, key).ConfigureAwait(false);
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Unroutable)
        {
            // Somebody deleted the exchange since it was declared here, and with it all that was cancelled.
            return await AskOnceAsync(messageId, key).ConfigureAwait(false);
        }
    }

    private static string Stage(string messageId) => $"Asking whether '{messageId}' was cancelled";

    private async ValueTask<bool> AskOnceAsync(string messageId, string key)
    {
        var (desk, pending) = await HandOverAsync(messageId, key).ConfigureAwait(false);
        await pending.Task.WaitAsync(Limit, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!pending.Task.IsCompleted)
        {
            await LeaveAsync(desk).ConfigureAwait(false);
            throw CancelledFailures.NoAnswer(Stage(messageId), Limit);
        }

        // Looked at rather than thrown: that it came back is what most are told.
        if (pending.Task.IsCompletedSuccessfully || pending.Returned)
        {
            return !pending.Returned;
        }

        throw pending.Task.Exception!.InnerException is TransportException { Failure: TransportFailure.Refused }
            ? CancelledFailures.Refused(Stage(messageId))
            : CancelledFailures.From(pending.Task.Exception.InnerException!, Stage(messageId), _link.Loss);
    }

    private async ValueTask<(Desk Desk, PendingConfirm Pending)> HandOverAsync(string messageId, string key)
    {
        Desk? desk = null;
        var entered = false;
        try
        {
            await _oneAtATime.WaitAsync(_link.LostToken).ConfigureAwait(false);
            entered = true;
            desk = _desk is { Channel.IsOpen: true } open ? open : _desk = await OpenAsync(_link.LostToken).ConfigureAwait(false);
            return (desk, await desk.SendAsync(messageId, key, _link).ConfigureAwait(false));
        }
        catch (AlreadyClosedException e) when (desk is not null)
        {
            throw _link.Loss is { } loss
                ? CancelledFailures.From(e, Stage(messageId), loss)
                : CancelledFailures.Closed(Stage(messageId), desk.Channel.CloseReason, e);
        }
        catch (Exception e)
        {
            throw CancelledFailures.From(e, Stage(messageId), _link.Loss);
        }
        finally
        {
            if (entered)
            {
                _oneAtATime.Release();
            }
        }
    }

    /// <summary>A new channel for those who ask next, so that what is never answered does not gather on this one.</summary>
    private async Task LeaveAsync(Desk desk)
    {
        // A frame that follows its channel's close would cost the whole connection.
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync(desk).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<Desk> OpenAsync(CancellationToken cancellationToken)
    {
        var channel = await _link.OpenPassingChannelAsync(_connection, cancellationToken, _channelOptions).ConfigureAwait(false);
        var desk = new Desk(channel);
        try
        {
            await CancelledTopology.DeclareExchangeAsync(channel, cancellationToken).ConfigureAwait(false);
            return desk;
        }
        catch
        {
            await CloseAsync(desk).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task CloseAsync(Desk? desk)
    {
        if (desk is { Channel.IsOpen: true })
        {
            await desk.Channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A channel and the questions on it that wait for an answer.</summary>
    private sealed class Desk
    {
        private readonly ConfirmTable _table = new();

        public Desk(IChannel channel)
        {
            Channel = channel;
            channel.BasicAcksAsync += (_, ack) =>
            {
                _table.Ack(ack.DeliveryTag, ack.Multiple);
                return Task.CompletedTask;
            };
            channel.BasicNacksAsync += (_, nack) =>
            {
                _table.Nack(nack.DeliveryTag, nack.Multiple);
                return Task.CompletedTask;
            };
            channel.BasicReturnAsync += (_, returned) =>
            {
                _table.Return(AmqpMessages.MessageIdOf(returned), returned.RoutingKey);
                return Task.CompletedTask;
            };
            channel.ChannelShutdownAsync += (_, reason) =>
            {
                Close(reason);
                return Task.CompletedTask;
            };
            if (channel.CloseReason is { } closed)
            {
                // Before anybody listened.
                Close(closed);
            }
        }

        public IChannel Channel { get; }

        /// <summary>Hands a question over. One at a time.</summary>
        public async ValueTask<PendingConfirm> SendAsync(string messageId, string key, LinkLifetime link)
        {
            var pending = _table.Add(key, messageId);
            if (pending is null || !link.InFlight.TryEnter())
            {
                throw CancelledFailures.Closed(Stage(messageId), Channel.CloseReason);
            }

            try
            {
                await link.WhenDoneOrLostAsync(
                    Channel.BasicPublishAsync(
                        WireNames.Cancelled,
                        key,
                        mandatory: true,
                        new BasicProperties { Type = WireNames.CancelType, MessageId = messageId },
                        ReadOnlyMemory<byte>.Empty,
                        CancellationToken.None).AsTask(),
                    WireNames.Cancelled).ConfigureAwait(false);
                return pending;
            }
            catch
            {
                _table.Withdraw(pending);
                throw;
            }
            finally
            {
                link.InFlight.Exit();
            }
        }

        /// <summary>Ends all questions on it without an answer.</summary>
        public void Close(ShutdownEventArgs? reason) => _table.Close(key => CancelledFailures.Closed(Stage(key), reason));
    }
}
