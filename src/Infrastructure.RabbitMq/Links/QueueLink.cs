using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>A look into one queue, by <c>basic.get</c>.</summary>
internal sealed class QueueLink : IQueueLink
{
    private readonly LinkLifetime _lifetime;
    private readonly IChannel _channel;
    private readonly ConfirmingPublisher _confirming;
    private readonly string _queue;

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
            throw QueueFailures.From(e, "Opening", queue);
        }

        var responses = await connections.Responses.GetAsync(cancellationToken).ConfigureAwait(false);
        var confirming = await ConfirmingPublisher.OpenAsync(
            lifetime, responses, "confirmed messages", connections.LimitsOf(responses), cancellationToken).ConfigureAwait(false);
        return new QueueLink(lifetime, channel, confirming, queue);
    }

    public async ValueTask<InboundMessage?> GetAsync()
    {
        // A copy, as the library promises its own memory only to consumers' callbacks.
        var got = await AskAsync("Getting from", token => _channel.BasicGetAsync(_queue, autoAck: false, token)).ConfigureAwait(false);
        return got is null ? null : AmqpMessages.Read(got.BasicProperties, got.Redelivered, got.DeliveryTag, got.Body.ToArray());
    }

    public ValueTask AckAsync(ulong deliveryTag) => SettleAsync(channel => channel.BasicAckAsync(deliveryTag, multiple: false, CancellationToken.None));

    public ValueTask RequeueAsync(ulong deliveryTag) =>
        SettleAsync(channel => channel.BasicNackAsync(deliveryTag, multiple: false, requeue: true, CancellationToken.None));

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => _confirming.PublishAsync(message);

    public async ValueTask<long> CountAsync() =>
        await AskAsync("Counting", token => _channel.MessageCountAsync(_queue, token)).ConfigureAwait(false);

    public async ValueTask<long> PurgeAsync() =>
        await AskAsync("Purging", token => _channel.QueuePurgeAsync(_queue, token)).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();

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
