using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>The queues that a worker's link consumes, each on a channel of its own, without which the link is lost.</summary>
/// <param name="lifetime">The link.</param>
/// <param name="connection">The connection for deliveries.</param>
/// <param name="subscription">What to consume.</param>
/// <param name="sink">Takes what arrives.</param>
internal sealed class WorkerQueues(LinkLifetime lifetime, BrokerConnection connection, WorkerSubscription subscription, IWorkerSink sink)
{
    public DeliveryConsumer? Calls { get; private set; }

    public DeliveryConsumer? Commands { get; private set; }

    /// <summary>The one that can't be consumed, where the subscription allows that.</summary>
    public UnservedQueue? Unserved { get; private set; }

    /// <summary>Declares the queues and, when all stand, consumes them.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (subscription.Calls)
        {
            Calls = await TryAsync(QueueKind.Calls, PrepareCallsAsync, cancellationToken).ConfigureAwait(false);
        }

        if (subscription.Commands)
        {
            Commands = await TryAsync(QueueKind.Commands, PrepareCommandsAsync, cancellationToken).ConfigureAwait(false);
        }

        Calls = await StartAsync(QueueKind.Calls, Calls, cancellationToken).ConfigureAwait(false);
        Commands = await StartAsync(QueueKind.Commands, Commands, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DeliveryConsumer> PrepareCallsAsync(CancellationToken cancellationToken)
    {
        var channel = await lifetime.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false);
        var queue = await ServiceQueues.DeclareCallsAsync(channel, subscription, cancellationToken).ConfigureAwait(false);
        await channel.BasicQosAsync(prefetchSize: 0, subscription.CallPrefetch, global: false, cancellationToken).ConfigureAwait(false);
        return new DeliveryConsumer(channel, lifetime, queue, QueueKind.Calls, sink);
    }

    private async Task<DeliveryConsumer> PrepareCommandsAsync(CancellationToken cancellationToken)
    {
        var channel = await lifetime.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false);
        var queue = await ServiceQueues.DeclareCommandsAsync(channel, subscription, cancellationToken).ConfigureAwait(false);
        await channel.BasicQosAsync(prefetchSize: 0, subscription.CommandPrefetch, global: false, cancellationToken).ConfigureAwait(false);
        return new DeliveryConsumer(channel, lifetime, queue, QueueKind.Commands, sink);
    }

    private async Task<DeliveryConsumer?> StartAsync(QueueKind kind, DeliveryConsumer? consumer, CancellationToken cancellationToken)
    {
        if (consumer is null)
        {
            return null;
        }

        return await TryAsync(
            kind,
            async token =>
            {
                await consumer.StartAsync(autoAck: false, token).ConfigureAwait(false);
                lifetime.LoseWith(consumer.Channel, kind == QueueKind.Calls ? "calls" : "commands");
                return consumer;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<DeliveryConsumer?> TryAsync(
        QueueKind kind, Func<CancellationToken, Task<DeliveryConsumer>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (CanDoWithout && !cancellationToken.IsCancellationRequested)
        {
            var queue = kind == QueueKind.Calls ? "calls" : "commands";
            Unserved = new UnservedQueue(kind, OpenFailures.From(e, $"the {queue} of a worker of '{subscription.Service}'"));
            return null;
        }
    }

    // One of two, and the broker refuses the queue and not the connection.
    private bool CanDoWithout =>
        subscription is { AllowPartial: true, Calls: true, Commands: true } && Unserved is null && connection.IsOpen && lifetime.Loss is null;
}
