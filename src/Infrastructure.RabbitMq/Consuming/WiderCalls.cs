using Messaging.Transport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Consumes the calls queue once more while a worker is overloaded, with a prefetch of its own: what a consumer has been
/// promised can't be changed. On a channel of its own, so that a broker that refuses this takes nothing else away.
/// </summary>
/// <param name="lifetime">The link.</param>
/// <param name="connection">The connection for deliveries.</param>
/// <param name="queue">The calls queue.</param>
/// <param name="sink">Takes what arrives.</param>
/// <param name="logger">Told when the broker refuses.</param>
internal sealed partial class WiderCalls(LinkLifetime lifetime, BrokerConnection connection, string queue, IWorkerSink sink, ILogger logger)
{
    /// <summary>What tells its deliveries from the others of the calls queue: they are settled on its channel.</summary>
    public const int Partition = 1;

    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private IChannel? _channel;
    private volatile DeliveryConsumer? _consumer;
    private volatile bool _consumes;
    private bool _ended;

    /// <summary>On whose channel its deliveries are settled; null where there have been none.</summary>
    public LinkConsumer? Consumer => _consumer;

    /// <summary>Consumes with this prefetch, or no more with 0. One change after the other.</summary>
    public Task SetAsync(ushort prefetch)
    {
        lock (_lock)
        {
            return _last = SetAfterAsync(_last, prefetch);
        }
    }

    /// <summary>Stops for good; complete when all that was delivered has been handled, or the link is lost.</summary>
    public Task StopAsync()
    {
        _ended = true;
        return SetAsync(0);
    }

    /// <summary>Closes its channel: what was not settled goes back to the queue.</summary>
    public async Task CloseAsync()
    {
        if (_channel is { IsOpen: true } channel)
        {
            await channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true).ConfigureAwait(false);
        }
    }

    private async Task SetAfterAsync(Task before, ushort prefetch)
    {
        await before.ConfigureAwait(false);
        try
        {
            if (_consumes)
            {
                _consumes = false;
                await _consumer!.StopAsync().ConfigureAwait(false);
            }

            if (prefetch > 0 && !_ended && lifetime.Loss is null)
            {
                await StartAsync(prefetch).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (lifetime.Loss is null && !_consumes)
        {
            // Done without for as long as the link lives.
            _ended = true;
            LogRefused(logger, queue, e.Message);
        }
        catch (Exception) when (lifetime.Loss is not null)
        {
            // A lost link consumes nothing.
        }
    }

    private async Task StartAsync(ushort prefetch)
    {
        var isNew = _channel is null;
        var channel = _channel ??= await lifetime.OpenPassingChannelAsync(connection, lifetime.LostToken).ConfigureAwait(false);
        await channel.BasicQosAsync(prefetchSize: 0, prefetch, global: false, lifetime.LostToken).ConfigureAwait(false);

        // Known before the first delivery, which is settled on it. That the broker ends it, as the node of its queue goes away,
        // is what the other consumer of the queue acts on.
        _consumer = new DeliveryConsumer(channel, lifetime, queue, QueueKind.Calls, sink, Partition, _ => _consumes = false);
        await _consumer.StartAsync(autoAck: false, lifetime.LostToken).ConfigureAwait(false);
        _consumes = true;
        if (isNew)
        {
            lifetime.LoseWith(channel, "more calls");
        }
    }

    [LoggerMessage(114, LogLevel.Warning, "The worker of '{Queue}' is overloaded and is not let take more calls at a time, so that fewer of those that it can't serve hear of it in time: {Reason}")]
    private static partial void LogRefused(ILogger logger, string queue, string reason);
}
