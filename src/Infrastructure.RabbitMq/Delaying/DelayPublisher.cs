using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Publishes a link's delayed messages, on a channel of their own: where an exchange was deleted the broker closes the
/// channel on the next message, which must not cost the link. Then all is declared again, and the message published again.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class DelayPublisher(BrokerConnection connection, LinkLifetime link, MessageLimits limits, DelayReadiness readiness, SecondTry second)
{
    // Somebody may delete things as fast as we declare them: that is told to whoever publishes.
    private const int MaxAttempts = 3;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private ConfirmChannel? _channel;

    /// <summary>Publishes a message with a delay; complete when the broker has confirmed it.</summary>
    /// <exception cref="TransportException">It was not taken, or it is unknown whether it was.</exception>
    public async ValueTask PublishAsync(OutboundMessage message)
    {
        if (message.ExpirationMs is not null)
        {
            throw PublishFailures.CannotDelay(message.Queue);
        }

        var mayBeTaken = false;
        for (var attempt = 1; ; attempt++)
        {
            if (link.Loss is not null)
            {
                throw PublishFailures.LinkLost(message.Queue, link.Loss);
            }

            var version = await readiness.EnsureAsync(message.Queue).ConfigureAwait(false);
            var channel = await GetChannelAsync(message.Queue).ConfigureAwait(false);
            try
            {
                await channel.PublishAsync(message, mandatory: true).ConfigureAwait(false);
                return;
            }
            catch (TransportException exception) when (link.Loss is null && IsAboutLevels(exception, channel.Channel))
            {
                readiness.Forget(version);
                mayBeTaken |= exception.Failure == TransportFailure.Unknown && !IsMissing(DelayRouting.Exchange(message.DelaySeconds), channel.Channel);
                if (attempt == MaxAttempts)
                {
                    throw PublishFailures.DelayMissing(message.Queue, message.DelaySeconds, channel.Channel.CloseReason, mayBeTaken);
                }
            }
            catch (TransportException exception) when (link.Loss is null && exception.Failure == TransportFailure.Refused)
            {
                if (await second.PublishAsync(message, DelayRouting.Exchange(message.DelaySeconds)).ConfigureAwait(false))
                {
                    return;
                }

                throw PublishFailures.DelayRefused(message.Queue, message.DelaySeconds);
            }
        }
    }

    /// <summary>Closes the channel. Nothing is published any more.</summary>
    public Task CloseAsync() => _channel is { } channel ? PassingChannel.CloseAsync(channel.Channel) : Task.CompletedTask;

    // It came back, or its exchange or that of another message on the channel was gone.
    private static bool IsAboutLevels(TransportException exception, IChannel channel) =>
        exception.Failure == TransportFailure.Unroutable || channel.CloseReason is { ReplyCode: Constants.NotFound };

    private static bool IsMissing(string exchange, IChannel channel) =>
        channel.CloseReason is { ReplyCode: Constants.NotFound } reason && reason.ReplyText.Contains($"'{exchange}'", StringComparison.Ordinal);

    private async ValueTask<ConfirmChannel> GetChannelAsync(string queue)
    {
        if (_channel is { Channel.IsOpen: true } open)
        {
            return open;
        }

        try
        {
            await _opening.WaitAsync(link.LostToken).ConfigureAwait(false);
        }
        catch (Exception e) when (link.Loss is not null && e is OperationCanceledException or ObjectDisposedException)
        {
            throw PublishFailures.LinkLost(queue, link.Loss);
        }

        try
        {
            return _channel is { Channel.IsOpen: true } opened
                ? opened
                : _channel = await ConfirmChannel.OpenPassingAsync(link, connection, limits, link.LostToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw link.Loss is { } loss ? PublishFailures.LinkLost(queue, loss) : OpenFailures.From(e, $"a channel for the delay of messages for '{queue}'");
        }
        finally
        {
            _opening.Release();
        }
    }
}
