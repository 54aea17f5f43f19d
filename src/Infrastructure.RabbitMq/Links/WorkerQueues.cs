using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>The queues that a worker's link consumes, each on a channel of its own, without which the link is lost.</summary>
/// <param name="lifetime">The link.</param>
/// <param name="connection">The connection for deliveries.</param>
/// <param name="subscription">What to consume.</param>
/// <param name="topology">Declares what the commands need.</param>
/// <param name="limits">What a message may weigh.</param>
/// <param name="sink">Takes what arrives.</param>
/// <param name="logger">Told what partitions do.</param>
internal sealed class WorkerQueues(
    LinkLifetime lifetime, BrokerConnection connection, WorkerSubscription subscription, WorkerTopology topology, MessageLimits limits, IWorkerSink sink, ILogger logger)
{
    private CallsConsumers? _calls;
    private DeliveryConsumer? _commands;
    private DeliveryConsumer? _highCommands;
    private Partitions? _partitions;
    private WiderCalls? _widerCalls;

    /// <summary>The one that can't be consumed, where the subscription allows that. With the commands queue go those of urgent and of ordered commands.</summary>
    public UnservedQueue? Unserved { get; private set; }

    // One of two, and the broker refuses the queue and not the connection.
    private bool CanDoWithout =>
        subscription is { AllowPartial: true, Calls: true, Commands: true } && Unserved is null && connection.IsOpen && lifetime.Loss is null;

    /// <summary>Declares the queues and, when all stand, consumes them.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var calls = subscription.Calls && await TryAsync(QueueKind.Calls, PrepareCallsAsync, cancellationToken).ConfigureAwait(false);
        var commands = subscription.Commands && await TryAsync(QueueKind.Commands, PrepareCommandsAsync, cancellationToken).ConfigureAwait(false);
        if (calls)
        {
            await TryAsync(QueueKind.Calls, token => _calls!.StartAsync(token), cancellationToken).ConfigureAwait(false);
        }

        if (commands && await TryAsync(QueueKind.Commands, token => StartAsync(_commands!, "commands", token), cancellationToken).ConfigureAwait(false))
        {
            // From here commands come, which have to be settled: what fails now fails the whole attempt.
            if (_highCommands is not null)
            {
                await StartAsync(_highCommands, "urgent commands", cancellationToken).ConfigureAwait(false);
            }

            await (_partitions?.StartAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    /// <summary>Who consumes the queue of a delivery; null where nobody does.</summary>
    public LinkConsumer? Find(DeliveryTag tag) => tag.Queue switch
    {
        QueueKind.Calls => tag.Partition == WiderCalls.Partition ? _widerCalls?.Consumer : _calls?.Settling,
        QueueKind.HighCommands => _highCommands,
        QueueKind.OrderedCommands => _partitions?.Of(tag.Partition),
        _ => _commands,
    };

    /// <summary>Takes so many calls more at a time; 0 for as many as the subscription says.</summary>
    public Task WidenCallsAsync(ushort more) => _widerCalls?.SetAsync(more) ?? Task.CompletedTask;

    public async Task StopAsync()
    {
        await (_widerCalls?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await (_calls?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await (_commands?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await (_highCommands?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await (_partitions?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task PrepareCallsAsync(CancellationToken cancellationToken)
    {
        var calls = new CallsConsumers(lifetime, connection, subscription, limits, sink, logger);
        await calls.PrepareAsync(cancellationToken).ConfigureAwait(false);
        _widerCalls = new WiderCalls(lifetime, connection, subscription.Service, sink, logger);
        lifetime.WhenDisposed(_widerCalls.CloseAsync);
        _calls = calls;
    }

    private async Task PrepareCommandsAsync(CancellationToken cancellationToken)
    {
        await topology.DeclareAsync(cancellationToken).ConfigureAwait(false);
        var channel = await OpenChannelAsync(cancellationToken).ConfigureAwait(false);
        var commands = await PrepareAsync(
            channel, WireNames.CommandsQueue(subscription.Service), QueueKind.Commands, subscription.CommandPrefetch, cancellationToken).ConfigureAwait(false);
        if (subscription.HighCommands)
        {
            channel = await OpenChannelAsync(cancellationToken).ConfigureAwait(false);
            _highCommands = await PrepareAsync(
                channel, WireNames.HighCommandsQueue(subscription.Service), QueueKind.HighCommands, subscription.HighCommandPrefetch, cancellationToken).ConfigureAwait(false);
        }

        if (subscription.CommandPartitions > 0)
        {
            _partitions = new Partitions(lifetime, connection, subscription, topology, sink, logger);
            await _partitions.FindAsync(cancellationToken).ConfigureAwait(false);
        }

        _commands = commands;
    }

    private async Task<DeliveryConsumer> PrepareAsync(IChannel channel, string queue, QueueKind kind, ushort prefetch, CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(prefetchSize: 0, prefetch, global: false, cancellationToken).ConfigureAwait(false);
        return new DeliveryConsumer(channel, lifetime, queue, kind, sink);
    }

    private Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken) =>
        lifetime.OpenChannelAsync(connection, options: null, cancellationToken);

    private async Task StartAsync(DeliveryConsumer consumer, string what, CancellationToken cancellationToken)
    {
        await consumer.StartAsync(autoAck: false, cancellationToken).ConfigureAwait(false);
        lifetime.LoseWith(consumer.Channel, what);
    }

    private async Task<bool> TryAsync(QueueKind kind, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (CanDoWithout && !cancellationToken.IsCancellationRequested)
        {
            var queue = kind == QueueKind.Calls ? "calls" : "commands";
            Unserved = new UnservedQueue(kind, OpenFailures.From(e, $"the {queue} of a worker of '{subscription.Service}'"));
            return false;
        }
    }
}
