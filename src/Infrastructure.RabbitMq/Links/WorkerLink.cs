using Messaging.Transport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>A worker's link.</summary>
internal sealed partial class WorkerLink : IWorkerLink
{
    private readonly LinkLifetime _lifetime;
    private readonly string _service;
    private readonly Publisher _replies;
    private readonly ConfirmingPublisher _confirming;
    private readonly BroadcastPublisher _announcements;
    private readonly WorkerQueues _queues;
    private readonly WorkerTopology _topology;
    private readonly CancelledQuestions _questions;
    private readonly CancelledBindings _cancelled;

    private WorkerLink(
        LinkLifetime lifetime,
        string service,
        Publisher replies,
        ConfirmingPublisher confirming,
        BroadcastPublisher announcements,
        WorkerQueues queues,
        WorkerTopology topology,
        CancelledQuestions questions,
        CancelledBindings cancelled)
    {
        _topology = topology;
        _questions = questions;
        _cancelled = cancelled;
        _lifetime = lifetime;
        _service = service;
        _replies = replies;
        _confirming = confirming;
        _announcements = announcements;
        _queues = queues;
    }

    public string? ControlAddress { get; private init; }

    public int MaxHeaderBytes { get; private init; }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    public UnservedQueue? Unserved => _queues.Unserved;

    /// <summary>Opens it on the connections for deliveries and for responses. It consumes last, when all else stands.</summary>
    public static async Task<IWorkerLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, WorkerSubscription subscription, IWorkerSink sink, LateDelayWarning lateDelays, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var responses = await connections.Responses.GetAsync(cancellationToken).ConfigureAwait(false);
        var limits = connections.LimitsOf(responses);
        var replying = await lifetime.OpenVitalChannelAsync(responses, "replies", cancellationToken).ConfigureAwait(false);
        var deliveries = await connections.Deliveries.GetAsync(cancellationToken).ConfigureAwait(false);
        var topology = new WorkerTopology(lifetime, deliveries, subscription, connections.OldQueues);
        var confirming = await ConfirmingPublisher.OpenAsync(
            lifetime,
            responses,
            "confirmed messages",
            limits,
            new DelayReadiness(responses, lifetime, limits, connections.OldQueues, topology.HasCommands),
            cancellationToken).ConfigureAwait(false);
        var publisher = new Publisher(replying, lifetime, limits, sink.OnReplyReturned);
        var announcing = new BroadcastPublisher(
            await lifetime.OpenChannelAsync(responses, options: null, cancellationToken).ConfigureAwait(false),
            lifetime,
            $"The worker of {subscription.Service} will be in no catalogue, and serves all the same",
            logger);

        var queues = new WorkerQueues(lifetime, deliveries, subscription, topology, connections.LimitsOf(deliveries), sink, logger);

        // Forgetting goes by the connection that acknowledges: while it stands, what was acknowledged on it does not come again.
        var questions = new CancelledQuestions(responses, lifetime, subscription.Service, time);
        var cancelled = new CancelledBindings(deliveries, lifetime, time);
        var link = new WorkerLink(lifetime, subscription.Service, publisher, confirming, announcing, queues, topology, questions, cancelled)
        {
            ControlAddress = await ConsumeControlAsync(lifetime, deliveries, subscription.Service, sink, logger, cancellationToken).ConfigureAwait(false),
            MaxHeaderBytes = limits.MaxHeaderBytes,
        };
        await queues.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (subscription.Commands && queues.Unserved is not { Queue: QueueKind.Commands })
        {
            var lost = new LostCommands(lifetime, deliveries, connections.OldQueues, topology, confirming, logger);
            var watch = new TopologyWatch(
                lifetime, topology, lost, token => BindControlAsync(lifetime, deliveries, subscription.Service, link.ControlAddress, token), subscription.TopologyWatchInterval, logger);
            _ = watch.RunAsync();
            lateDelays.Begin(deliveries, lifetime);
        }

        return link;
    }

    public ValueTask ReplyAsync(OutboundMessage reply) => _replies.PublishAsync(reply);

    public ValueTask AckAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicAckAsync(tag.Value, multiple: false, CancellationToken.None)) : default;

    // Not a nack: since RabbitMQ 4.3 a quorum queue takes one for "not tried" and doesn't count it, while a reject counts
    // on every version. A command that its workers give back for ever would never come to the delivery limit.
    public ValueTask RequeueAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicRejectAsync(tag.Value, requeue: true, CancellationToken.None)) : default;

    public ValueTask RejectAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicRejectAsync(tag.Value, requeue: false, CancellationToken.None)) : default;

    public ValueTask PublishConfirmedAsync(OutboundMessage message) =>
        message.DelaySeconds == 0 && _topology.Has(message.Queue) ? PublishToOwnAsync(message) : _confirming.PublishAsync(message);

    public ValueTask<bool> IsCancelledAsync(string messageId) => _questions.AskAsync(messageId);

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => _cancelled.RemoveAsync(_service, messageIds);

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => _announcements.AnnounceAsync(announcement);

    public async ValueTask WidenCallsAsync(ushort more) => await _queues.WidenCallsAsync(more).ConfigureAwait(false);

    public async ValueTask StopConsumingAsync()
    {
        await _queues.StopAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();

    /// <summary>Publishes to a queue that this worker declares: somebody may have deleted it.</summary>
    private async ValueTask PublishToOwnAsync(OutboundMessage message)
    {
        try
        {
            await _confirming.PublishAsync(message).ConfigureAwait(false);
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Unroutable && _lifetime.Loss is null)
        {
            await _topology.DeclareAgainAsync().ConfigureAwait(false);
            await _confirming.PublishAsync(message).ConfigureAwait(false);
        }
    }

    private static async Task BindControlAsync(LinkLifetime lifetime, BrokerConnection connection, string service, string? queue, CancellationToken cancellationToken)
    {
        if (queue is null)
        {
            return;
        }

        var passing = new PassingChannel(connection, lifetime);
        await using (passing.ConfigureAwait(false))
        {
            await ServiceQueues.BindWorkerQueueAsync(
                await passing.GetAsync(cancellationToken).ConfigureAwait(false), queue, service, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string?> ConsumeControlAsync(
        LinkLifetime lifetime, BrokerConnection connection, string service, IWorkerSink sink, ILogger logger, CancellationToken cancellationToken)
    {
        var channel = await lifetime.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false);
        try
        {
            var queue = await ServiceQueues.DeclareWorkerQueueAsync(channel, service, cancellationToken).ConfigureAwait(false);
            await new ControlConsumer(channel, lifetime, queue, sink).StartAsync(autoAck: true, cancellationToken).ConfigureAwait(false);
            lifetime.LoseWith(channel, "cancelled calls and streams");
            return queue;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.AccessRefused } reason)
        {
            // A worker can do without: calls whose requester gave up run until their deadline, and streams are refused.
            LogDenied(logger, service, reason.ReplyText);
            return null;
        }
    }

    /// <summary>The consumer on whose channel a delivery is settled; null on a lost link, whose deliveries come again.</summary>
    private LinkConsumer? TryStartSettling(DeliveryTag tag)
    {
        var consumer = _queues.Find(tag);
        return consumer is not null && _lifetime.Loss is null && _lifetime.InFlight.TryEnter() ? consumer : null;
    }

    private ValueTask Settle(LinkConsumer consumer, ValueTask settle)
    {
        if (settle.IsCompletedSuccessfully)
        {
            Finish(consumer);
            return settle;
        }

        return FinishAsync(consumer, settle.AsTask());
    }

    private async ValueTask FinishAsync(LinkConsumer consumer, Task settle)
    {
        try
        {
            await _lifetime.WhenDoneOrLostAsync(settle, _service).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What is not settled is delivered again, but only once the link is gone.
            _lifetime.Lose($"a delivery could not be settled: {e.Message}");
        }
        finally
        {
            Finish(consumer);
        }
    }

    private void Finish(LinkConsumer consumer)
    {
        _lifetime.InFlight.Exit();
        (consumer as PartitionConsumer)?.Settled();
    }

    [LoggerMessage(107, LogLevel.Warning, "The worker of {Service} will not hear of cancelled calls and runs them until their deadline, and it can serve no streams: RabbitMQ denies it a queue of its own: {Reason}")]
    private static partial void LogDenied(ILogger logger, string service, string reason);
}
