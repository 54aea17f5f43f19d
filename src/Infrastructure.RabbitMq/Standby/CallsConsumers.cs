using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// The consumer of a worker's calls. Where the node that holds their queue goes away, calls are taken from another queue,
/// the standby, on the node that the worker is connected to, and from both when the first is there again. All of it on
/// one channel: what was delivered before the queue went away is finished, and its settling harms nobody.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed partial class CallsConsumers(
    LinkLifetime link, BrokerConnection connection, WorkerSubscription subscription, MessageLimits limits, IWorkerSink sink, ILogger logger)
{
    // For so long the name of a queue that was given up stays free: requesters find that out with the next call, and send again what
    // they had sent to the queue that is gone.
    private static readonly TimeSpan _absence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly HomeLook _look = new(connection, link);
    private readonly DownProbe _probe = new(connection, link, limits);
    private readonly string _standby = WireNames.StandbyQueue(subscription.Service);

    // Consumers are started and stopped by one at a time.
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private IChannel _channel = null!;
    private DeliveryConsumer? _first;
    private DeliveryConsumer? _second;
    private DeliveryConsumer _any = null!;
    private QueueHome _home;
    private bool _stopping;

    /// <summary>On whose channel calls are settled.</summary>
    public DeliveryConsumer Settling => _any;

    /// <summary>Declares the queue, or the standby where the queue's node is away.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _home = await FindAsync(cancellationToken).ConfigureAwait(false);
        var queue = _home == QueueHome.Here ? subscription.Service : await DeclareStandbyAsync(cancellationToken).ConfigureAwait(false);
        _channel = await link.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false);
        if (_home == QueueHome.Here)
        {
            await ServiceQueues.DeclareCallsAsync(_channel, subscription, cancellationToken).ConfigureAwait(false);
        }

        await _channel.BasicQosAsync(prefetchSize: 0, subscription.CallPrefetch, global: false, cancellationToken).ConfigureAwait(false);
        _any = Consumer(queue);
    }

    /// <summary>Begins to consume. From then on the link is lost with the channel.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_home == QueueHome.Here)
        {
            _first = _any;
        }
        else
        {
            _second = _any;
        }

        await _any.StartAsync(autoAck: false, cancellationToken).ConfigureAwait(false);
        link.LoseWith(_channel, "calls");
        if (_home != QueueHome.Here)
        {
            LogAway(logger, subscription.Service, _standby);
            _ = ReturnAsync();
        }
    }

    /// <summary>Stops; complete when all that was delivered has been handled, or the link is lost.</summary>
    public async Task StopAsync()
    {
        Volatile.Write(ref _stopping, true);
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            await (_first?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            await (_second?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private DeliveryConsumer Consumer(string queue) => new(_channel, link, queue, QueueKind.Calls, sink, cancelled: OnCancelled);

    // Runs on the thread of deliveries, which must go on.
    private void OnCancelled(DeliveryConsumer consumer)
    {
        if (ReferenceEquals(consumer, _second))
        {
            _second = null;
            if (_first is null)
            {
                consumer.LoseLink();
            }
        }
        else
        {
            _first = null;
            _ = MendAsync(consumer);
        }
    }

    /// <summary>Goes over to the standby, if it is the node that is away; anything else ends the link, and the next one declares the queue.</summary>
    private async Task MendAsync(DeliveryConsumer consumer)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (Volatile.Read(ref _stopping))
            {
                return;
            }

            _home = await FindAsync(link.LostToken).ConfigureAwait(false);
            if (_home == QueueHome.Here)
            {
                consumer.LoseLink();
                return;
            }

            await DeclareStandbyAsync(link.LostToken).ConfigureAwait(false);
            await StartAsync(isStandby: true).ConfigureAwait(false);
            LogAway(logger, subscription.Service, _standby);
            await ReturnAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, a new link begins anew.
            link.Lose($"the node that holds the queue '{subscription.Service}' is away, and calls could not be taken from '{_standby}': {e.Message}");
        }
    }

    private async Task StartAsync(bool isStandby)
    {
        await _oneAtATime.WaitAsync(link.LostToken).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _stopping) || (isStandby && _second is not null))
            {
                return;
            }

            var consumer = Consumer(isStandby ? _standby : subscription.Service);
            await consumer.StartAsync(autoAck: false, link.LostToken).ConfigureAwait(false);
            if (isStandby)
            {
                _second = consumer;
            }
            else
            {
                _first = consumer;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>
    /// Down where the node that holds the queue is away; Missing where the queue was given up for that a moment ago; Here
    /// for anything else, which declaring it will tell.
    /// </summary>
    private async Task<QueueHome> FindAsync(CancellationToken cancellationToken)
    {
        if (subscription.CallQueue != CallQueueType.Classic)
        {
            return QueueHome.Here;
        }

        if (!_look.CanBeMoved)
        {
            // Where there is none, this declares it.
            var declared = await _look.DeclareAsync(subscription.Service, ServiceQueues.CallsArguments(subscription), cancellationToken).ConfigureAwait(false);
            return declared.Home == QueueHome.Down ? QueueHome.Down : QueueHome.Here;
        }

        var found = await _look.FindAsync(subscription.Service, cancellationToken).ConfigureAwait(false);
        var isAway = found.Home switch
        {
            QueueHome.Down => true,
            QueueHome.Silent => await _probe.IsDownAsync(subscription.Service, cancellationToken).ConfigureAwait(false),
            QueueHome.Missing => (await _look.FindAsync(_standby, cancellationToken).ConfigureAwait(false)).Home == QueueHome.Here,
            _ => false,
        };
        return !isAway ? QueueHome.Here : found.Home == QueueHome.Missing ? QueueHome.Missing : QueueHome.Down;
    }

    private async Task<string> DeclareStandbyAsync(CancellationToken cancellationToken)
    {
        var declared = await _look.DeclareAsync(_standby, ServiceQueues.CallsArguments(subscription), cancellationToken).ConfigureAwait(false);
        if (_look.CanBeMoved
            && (declared.Home == QueueHome.Down || (declared.Home == QueueHome.Silent && await _probe.IsDownAsync(_standby, cancellationToken).ConfigureAwait(false))))
        {
            // One of an earlier time, on the same node.
            await _look.DeleteAsync(_standby, cancellationToken).ConfigureAwait(false);
            declared = await _look.DeclareAsync(_standby, ServiceQueues.CallsArguments(subscription), cancellationToken).ConfigureAwait(false);
        }

        return declared.Home == QueueHome.Here
            ? _standby
            : throw new TransportException(
                TransportFailure.NotSent,
                $"Declaring '{subscription.Service}': the node that holds the queue is away, and '{_standby}' can't be had in its place ({declared.Home}). Bring the broker's nodes back.");
    }

    /// <summary>Has the queue declared anew where the broker gives it up, and consumes it when it is there.</summary>
    private async Task ReturnAsync()
    {
        try
        {
            if (_look.CanBeMoved && _home == QueueHome.Down)
            {
                await _look.DeleteAsync(subscription.Service, link.LostToken).ConfigureAwait(false);
            }

            await Task.Delay(_absence, TimeProvider.System, link.LostToken).ConfigureAwait(false);
            while (!await IsBackAsync().ConfigureAwait(false))
            {
                await Task.Delay(_pause * (0.75 + (Random.Shared.NextDouble() / 2)), TimeProvider.System, link.LostToken).ConfigureAwait(false);
            }

            await StartAsync(isStandby: false).ConfigureAwait(false);
            LogBack(logger, subscription.Service);
        }
        catch (Exception e)
        {
            if (link.Loss is null)
            {
                link.Lose($"the queue '{subscription.Service}' could not be consumed again: {e.Message}");
            }
        }
    }

    private async Task<bool> IsBackAsync()
    {
        var declared = await _look.DeclareAsync(subscription.Service, ServiceQueues.CallsArguments(subscription), link.LostToken).ConfigureAwait(false);
        return declared.Home == QueueHome.Here;
    }

    [LoggerMessage(115, LogLevel.Warning, "The node of the broker that holds the queue '{Queue}' is away. Calls are taken from '{Standby}' until the queue is there again.")]
    private static partial void LogAway(ILogger logger, string queue, string standby);

    [LoggerMessage(116, LogLevel.Information, "The queue '{Queue}' is there again, and calls are taken from it.")]
    private static partial void LogBack(ILogger logger, string queue);
}
