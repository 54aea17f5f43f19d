using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Consumes one queue for a link, which is lost when the broker cancels the consumer.</summary>
/// <param name="channel">The channel that it consumes on.</param>
/// <param name="link">The link.</param>
/// <param name="queue">The queue.</param>
internal abstract class LinkConsumer(IChannel channel, LinkLifetime link, string queue) : IAsyncBasicConsumer
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _tag;

    public IChannel Channel => channel;

    /// <summary>Starts to consume.</summary>
    public async Task StartAsync(bool autoAck, CancellationToken cancellationToken) =>
        _tag = await channel.BasicConsumeAsync(queue, autoAck, this, cancellationToken).ConfigureAwait(false);

    /// <summary>Stops; complete when all that was delivered has been handled, or the link is lost.</summary>
    public async Task StopAsync()
    {
        if (_tag is not { } tag || link.Loss is not null)
        {
            return;
        }

        try
        {
            await channel.BasicCancelAsync(tag, cancellationToken: link.LostToken).ConfigureAwait(false);
            await _stopped.Task.WaitAsync(link.LostToken).ConfigureAwait(false);
        }
        catch (Exception) when (link.Loss is not null)
        {
            // A lost link has stopped.
        }
    }

    public abstract Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default);

    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        OnCancelled();
        return Task.CompletedTask;
    }

    /// <summary>The broker has ended it.</summary>
    protected virtual void OnCancelled() => LoseLink();

    /// <summary>Gives the link up, as a consumer of it has ended.</summary>
    public void LoseLink() =>
        link.Lose($"the broker cancelled the consumer of '{queue}': the queue was deleted, its node is going down, or (since RabbitMQ 4.3) a delivery was held for longer than consumer_timeout");

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        // Comes through the same line as deliveries, behind the last of them.
        _stopped.TrySetResult();
        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;
}
