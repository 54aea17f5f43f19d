using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>A look into one queue, by <c>basic.get</c>.</summary>
internal sealed class QueueLink : IQueueLink
{
    // A quorum queue takes messages back a moment after it was told to: who looks again right away would miss them.
    private static readonly TimeSpan _returnLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _returnInterval = TimeSpan.FromMilliseconds(10);

    private readonly LinkLifetime _lifetime;
    private readonly IChannel _channel;
    private readonly ConfirmingPublisher _confirming;
    private readonly string _queue;
    private readonly ConcurrentDictionary<ulong, bool> _held = new();

    private QueueLink(LinkLifetime lifetime, IChannel channel, ConfirmingPublisher confirming, string queue)
    {
        _lifetime = lifetime;
        _channel = channel;
        _confirming = confirming;
        _queue = queue;
    }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    /// <summary>Opens it on the connections for looks into queues and, for what it publishes, for responses.</summary>
    public static async Task<IQueueLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, string queue, CancellationToken cancellationToken)
    {
        var queues = await connections.Queues.GetAsync(cancellationToken).ConfigureAwait(false);
        var channel = await lifetime.OpenVitalChannelAsync(queues, $"the queue '{queue}'", cancellationToken).ConfigureAwait(false);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw QueueFailures.FromLook(e, "Opening", queue);
        }

        var responses = await connections.Responses.GetAsync(cancellationToken).ConfigureAwait(false);
        var limits = connections.LimitsOf(responses);
        var confirming = await ConfirmingPublisher.OpenAsync(
            lifetime, responses, "confirmed messages", limits, new DelayReadiness(responses, lifetime, limits, connections.OldQueues), cancellationToken).ConfigureAwait(false);
        return new QueueLink(lifetime, channel, confirming, queue);
    }

    public async ValueTask<InboundMessage?> GetAsync()
    {
        // A copy, as the library promises its own memory only to consumers' callbacks.
        var got = await AskAsync("Getting from", token => _channel.BasicGetAsync(_queue, autoAck: false, token)).ConfigureAwait(false);
        if (got is null)
        {
            return null;
        }

        _held[got.DeliveryTag] = true;
        return AmqpMessages.Read(got.BasicProperties, got.Redelivered, got.DeliveryTag, got.Body.ToArray());
    }

    public ValueTask AckAsync(ulong deliveryTag)
    {
        _held.TryRemove(deliveryTag, out _);
        return SettleAsync(channel => channel.BasicAckAsync(deliveryTag, multiple: false, CancellationToken.None));
    }

    // Not a reject: who looked has not tried, and RabbitMQ 4.3 and later, unlike those before, count no nack as a delivery.
    public ValueTask RequeueAsync(ulong deliveryTag)
    {
        _held.TryRemove(deliveryTag, out _);
        return SettleAsync(channel => channel.BasicNackAsync(deliveryTag, multiple: false, requeue: true, CancellationToken.None));
    }

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => _confirming.PublishAsync(message);

    public async ValueTask<long> CountAsync() =>
        await AskAsync("Counting", token => _channel.MessageCountAsync(_queue, token)).ConfigureAwait(false);

    public async ValueTask<long> PurgeAsync() =>
        await AskAsync("Purging", token => _channel.QueuePurgeAsync(_queue, token)).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await GiveBackAsync().ConfigureAwait(false);
        await _lifetime.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives back what was looked at and not settled, and waits until the queue has it again.</summary>
    private async Task GiveBackAsync()
    {
        var held = _held.Keys.ToArray();
        if (held.Length == 0 || _lifetime.Loss is not null)
        {
            return;
        }

        foreach (var tag in held)
        {
            await RequeueAsync(tag).ConfigureAwait(false);
        }

        try
        {
            // Somebody else may take them meanwhile: then the wait is in vain, and over soon.
            var started = Stopwatch.GetTimestamp();
            while (await CountAsync().ConfigureAwait(false) < held.Length && Stopwatch.GetElapsedTime(started) < _returnLimit)
            {
                await Task.Delay(_returnInterval).ConfigureAwait(false);
            }
        }
        catch (TransportException)
        {
            // Closing goes on: the broker gives back what it was not told of.
        }
    }

    private async Task<T> AskAsync<T>(string stage, Func<CancellationToken, Task<T>> ask)
    {
        if (_lifetime.Loss is not null || !_lifetime.InFlight.TryEnter())
        {
            throw QueueFailures.LinkLost(stage, _queue, _lifetime.Loss);
        }

        try
        {
            return await ask(_lifetime.LostToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw QueueFailures.From(e, stage, _queue);
        }
        finally
        {
            _lifetime.InFlight.Exit();
        }
    }

    private async ValueTask SettleAsync(Func<IChannel, ValueTask> settle)
    {
        if (_lifetime.Loss is not null || !_lifetime.InFlight.TryEnter())
        {
            return;
        }

        try
        {
            await _lifetime.WhenDoneOrLostAsync(settle(_channel).AsTask(), _queue).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What is not settled returns to its queue, but only once the link is gone.
            _lifetime.Lose($"a message of '{_queue}' could not be settled: {e.Message}");
        }
        finally
        {
            _lifetime.InFlight.Exit();
        }
    }
}
