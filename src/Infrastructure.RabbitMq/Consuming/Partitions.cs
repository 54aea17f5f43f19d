using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// A worker link's partitions. It subscribes to all of them, and the broker gives each to one of its subscribers, the
/// first to come, until that leaves. A link that has more than its share therefore leaves some now and then, to get into
/// line again behind the others.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing once it is cancelled, as it is when the link is lost.")]
internal sealed partial class Partitions(
    LinkLifetime link, BrokerConnection connection, WorkerSubscription subscription, WorkerTopology topology, IWorkerSink sink, ILogger logger)
{
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(link.LostToken);

    // Changed by the loop alone, once it runs, and read by those who settle.
    private PartitionConsumer[] _consumers = [];
    private Task _balancing = Task.CompletedTask;

    /// <summary>Finds the partitions beyond those that the worker has declared.</summary>
    public async Task FindAsync(CancellationToken cancellationToken)
    {
        var count = subscription.CommandPartitions;
        while (count < CommandPartition.Max && await CountConsumersAsync(WireNames.PartitionQueue(subscription.Service, count), cancellationToken).ConfigureAwait(false) is not null)
        {
            topology.AddLeftBehind(WireNames.PartitionQueue(subscription.Service, count));
            count++;
        }

        if (count > subscription.CommandPartitions)
        {
            LogLeftBehind(logger, subscription.Service, count, subscription.CommandPartitions);
        }

        _consumers = new PartitionConsumer[count];
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Workers that start together begin with different ones.
        var first = RandomNumberGenerator.GetInt32(_consumers.Length);
        for (var i = 0; i < _consumers.Length; i++)
        {
            var partition = (first + i) % _consumers.Length;
            _consumers[partition] = await SubscribeAsync(partition, cancellationToken).ConfigureAwait(false);
        }

        link.WhenDisposed(CloseAsync);
        _balancing = BalanceAsync(_stopping.Token);
    }

    public PartitionConsumer Of(int partition) => Volatile.Read(ref _consumers[partition]);

    /// <summary>Gives all partitions up: those where nothing runs at once, the others when that is done.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _balancing.ConfigureAwait(false);
        var idle = new List<Task>();
        foreach (var consumer in _consumers)
        {
            var isIdle = consumer.IsIdle;
            var leaving = consumer.LeaveAsync();
            if (isIdle)
            {
                idle.Add(leaving);
            }
        }

        await Task.WhenAny(Task.WhenAll(idle), link.Lost).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _balancing.ConfigureAwait(false);
        await Task.WhenAll(_consumers.Select(static consumer => consumer.CloseAsync())).ConfigureAwait(false);
    }

    private Task<PartitionConsumer> SubscribeAsync(int partition, CancellationToken cancellationToken) =>
        PartitionConsumer.OpenAsync(link, connection, WireNames.PartitionQueue(subscription.Service, partition), partition, sink, cancellationToken);

    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        var returning = new List<Task>();
        try
        {
            while (true)
            {
                await Task.Delay(subscription.PartitionBalanceInterval, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                await HandOverAsync(returning, cancellationToken).ConfigureAwait(false);
                returning.RemoveAll(static one => one.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping, or lost.
        }
        catch (Exception e)
        {
            LoseShare(e);
        }
    }

    /// <summary>
    /// Hands over what is more than the link's share. Only partitions that have brought something count, as nobody tells
    /// a consumer that it is the active one; those in which nothing happens need no sharing. The last that came goes
    /// first: a partition that goes round finds whoever has room.
    /// </summary>
    private async Task HandOverAsync(List<Task> returning, CancellationToken cancellationToken)
    {
        var active = Enumerable.Range(0, _consumers.Length)
            .Where(partition => Of(partition).ActiveSince is not null)
            .OrderByDescending(partition => Of(partition).ActiveSince)
            .ToList();
        if (active.Count < 2)
        {
            return;
        }

        // Every worker consumes the commands queue, and it counts them all; a partition counts only its active consumer.
        var workers = await CountConsumersAsync(WireNames.CommandsQueue(subscription.Service), cancellationToken).ConfigureAwait(false) ?? 1;

        var share = (_consumers.Length + (int)Math.Max(1, workers) - 1) / (int)Math.Max(1, workers);
        if (active.Count <= share)
        {
            return;
        }

        // Beside each other: one in which a command runs long holds up no other.
        returning.AddRange(active.Take(active.Count - share).Select(partition => LeaveAndReturnAsync(partition, cancellationToken)));
        LogHandedOver(logger, subscription.Service, active.Count - share, _consumers.Length, workers);
    }

    private async Task LeaveAndReturnAsync(int partition, CancellationToken cancellationToken)
    {
        try
        {
            await Of(partition).LeaveAsync().ConfigureAwait(false);
            var returned = await SubscribeAsync(partition, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _consumers[partition], returned);
            if (cancellationToken.IsCancellationRequested)
            {
                // Stopped in between, so that nobody else gives it up.
                await returned.LeaveAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping, or lost.
        }
        catch (Exception e)
        {
            LoseShare(e);
        }
    }

    // A new link subscribes to all of them again.
    private void LoseShare(Exception exception) =>
        link.Lose($"the partitions of '{subscription.Service}' could not be shared: {exception.Message}");

    /// <summary>How many consumers a queue has; null where there is no such queue, or none that is ours to see.</summary>
    private async Task<uint?> CountConsumersAsync(string queue, CancellationToken cancellationToken)
    {
        // On a channel that is thrown away, as an error closes it.
        var channel = await link.OpenPassingChannelAsync(connection, cancellationToken).ConfigureAwait(false);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false)).ConsumerCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound or Constants.AccessRefused })
        {
            // Since RabbitMQ 4.3 who has no right on a queue is not told whether it is there; nor could he serve it.
            return null;
        }
        finally
        {
            if (channel.IsOpen)
            {
                await channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                    .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(104, LogLevel.Information, "The worker of {Service} hands {Count} of {Partitions} partitions to others: there are {Workers} workers")]
    private static partial void LogHandedOver(ILogger logger, string service, int count, int partitions, uint workers);

    [LoggerMessage(105, LogLevel.Warning, "{Service} has {Found} partitions, and the contract says {Partitions}: the others are served too, until somebody deletes them when they are empty")]
    private static partial void LogLeftBehind(ILogger logger, string service, int found, int partitions);
}
