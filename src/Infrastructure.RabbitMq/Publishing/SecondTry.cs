using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>
/// Publishes once more, on a channel that was opened since, what was refused as its queue is full. RabbitMQ refuses on a
/// channel to which a quorum queue was full until that channel closes, where the limit is lifted meanwhile: only a
/// channel that is newer learns of it. And it refuses while nobody leads a queue, which passes by itself: whoever is
/// refused for that reason is told so.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class SecondTry(BrokerConnection connection, LinkLifetime link, MessageLimits limits)
{
    // A full queue must not cost a channel for each message that it refuses.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private readonly QuorumLook _quorum = new(connection, link);
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    // Used by one at a time.
    private readonly Dictionary<string, long> _fullAt = new(StringComparer.Ordinal);
    private ConfirmChannel? _channel;

    /// <summary>Refuses at once what would go to a queue that had no leader a moment ago.</summary>
    /// <exception cref="TransportException">It would; it <see cref="TransportException.Passes"/>.</exception>
    public void ThrowIfLeaderless(string queue)
    {
        if (_quorum.IsKnownToLack(queue))
        {
            throw PublishFailures.NoQuorum(queue);
        }
    }

    /// <summary>Publishes what was refused; false where the queue is full, or was a moment ago.</summary>
    /// <param name="message">The message.</param>
    /// <param name="queue">The queue that refuses it: another than the message's where it has a delay.</param>
    /// <exception cref="TransportException">It was not taken for another reason, or it is unknown whether it was.</exception>
    public async ValueTask<bool> PublishAsync(OutboundMessage message, string queue)
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
            ThrowIfLeaderless(queue);
            var wasFull = _fullAt.TryGetValue(queue, out var since) && TimeProvider.System.GetElapsedTime(since) < _pause;
            if (!wasFull && await TryAsync(message).ConfigureAwait(false))
            {
                return true;
            }

            if (await _quorum.LacksAsync(queue).ConfigureAwait(false))
            {
                throw PublishFailures.NoQuorum(queue);
            }

            // It has a leader now; it may have got one between being refused and being looked at.
            if (!wasFull && await TryAsync(message).ConfigureAwait(false))
            {
                return true;
            }

            _fullAt[queue] = wasFull ? since : TimeProvider.System.GetTimestamp();
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

    private async Task<bool> TryAsync(OutboundMessage message)
    {
        try
        {
            var channel = _channel is { Channel.IsOpen: true } open
                ? open
                : _channel = await ConfirmChannel.OpenPassingAsync(link, connection, limits, link.LostToken).ConfigureAwait(false);
            await channel.PublishAsync(message, mandatory: true).ConfigureAwait(false);
            return true;
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Refused)
        {
            await CloseAsync().ConfigureAwait(false);
            return false;
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
