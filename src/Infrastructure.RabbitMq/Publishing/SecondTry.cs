using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>
/// Publishes once more, on a channel that was opened since, what was refused as its queue is full. RabbitMQ refuses on a
/// channel to which a quorum queue was full until that channel closes, where the limit is lifted meanwhile: only a
/// channel that is newer learns of it.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class SecondTry(BrokerConnection connection, LinkLifetime link, MessageLimits limits)
{
    // A full queue must not cost a channel for each message that it refuses.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private ConfirmChannel? _channel;
    private long? _refusedAt;

    /// <summary>False where it is refused again, or another was a moment ago.</summary>
    /// <exception cref="TransportException">It was not taken for another reason, or it is unknown whether it was.</exception>
    public async ValueTask<bool> PublishAsync(OutboundMessage message)
    {
        try
        {
            await _oneAtATime.WaitAsync(link.LostToken).ConfigureAwait(false);
        }
        catch (Exception e) when (link.Loss is not null && e is OperationCanceledException or ObjectDisposedException)
        {
            throw PublishFailures.LinkLost(message.Queue, link.Loss);
        }

        try
        {
            if (_refusedAt is { } refused && TimeProvider.System.GetElapsedTime(refused) < _pause)
            {
                return false;
            }

            var channel = _channel is { Channel.IsOpen: true } open
                ? open
                : _channel = await ConfirmChannel.OpenPassingAsync(link, connection, limits, link.LostToken).ConfigureAwait(false);
            await channel.PublishAsync(message, mandatory: true).ConfigureAwait(false);
            return true;
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Refused)
        {
            _refusedAt = TimeProvider.System.GetTimestamp();
            await CloseAsync().ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is not TransportException)
        {
            throw link.Loss is { } loss ? PublishFailures.LinkLost(message.Queue, loss) : OpenFailures.From(e, $"a channel for '{message.Queue}'");
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Closes its channel.</summary>
    public async Task CloseAsync()
    {
        if (_channel is { } channel)
        {
            _channel = null;
            await PassingChannel.CloseAsync(channel.Channel).ConfigureAwait(false);
        }
    }
}
