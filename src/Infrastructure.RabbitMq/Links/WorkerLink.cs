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
    private readonly CancelledQuestions _questions;
    private readonly CancelledBindings _cancelled;

    private WorkerLink(
        LinkLifetime lifetime,
        string service,
        Publisher replies,
        ConfirmingPublisher confirming,
        BroadcastPublisher announcements,
        WorkerQueues queues,
        CancelledQuestions questions,
        CancelledBindings cancelled)
    {
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

    public Task<LinkLoss> Lost => _lifetime.Lost;

    public UnservedQueue? Unserved => _queues.Unserved;

    /// <summary>Opens it on the connections for deliveries and for responses. It consumes last, when all else stands.</summary>
    public static async Task<IWorkerLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, WorkerSubscription subscription, IWorkerSink sink, LateDelayWarning lateDelays, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var responses = await connections.Responses.GetAsync(cancellationToken).ConfigureAwait(false);
        var limits = connections.LimitsOf(responses);
        var replying = await lifetime.OpenVitalChannelAsync(responses, "replies", cancellationToken).ConfigureAwait(false);
        var confirming = await ConfirmingPublisher.OpenAsync(lifetime, responses, "confirmed messages", limits, cancellationToken).ConfigureAwait(false);
        var publisher = new Publisher(replying, lifetime, limits, sink.OnReplyReturned);
        var announcing = new BroadcastPublisher(
            await lifetime.OpenChannelAsync(responses, options: null, cancellationToken).ConfigureAwait(false),
            lifetime,
            $"The worker of {subscription.Service} will be in no catalogue, and serves all the same",
            logger);

        var deliveries = await connections.Deliveries.GetAsync(cancellationToken).ConfigureAwait(false);
        var queues = new WorkerQueues(lifetime, deliveries, subscription, sink, logger);

        // Forgetting goes by the connection that acknowledges: while it stands, what was acknowledged on it does not come again.
        var questions = new CancelledQuestions(responses, lifetime, subscription.Service, time);
        var cancelled = new CancelledBindings(deliveries, lifetime, time);
        var link = new WorkerLink(lifetime, subscription.Service, publisher, confirming, announcing, queues, questions, cancelled)
        {
            ControlAddress = await ConsumeControlAsync(lifetime, deliveries, subscription.Service, sink, logger, cancellationToken).ConfigureAwait(false),
        };
        await queues.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (subscription.Commands)
        {
            lateDelays.Begin(deliveries, lifetime);
        }

        return link;
    }

    public ValueTask ReplyAsync(OutboundMessage reply) => _replies.PublishAsync(reply);

    public ValueTask AckAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicAckAsync(tag.Value, multiple: false, CancellationToken.None)) : default;

    public ValueTask RequeueAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicNackAsync(tag.Value, multiple: false, requeue: true, CancellationToken.None)) : default;

    public ValueTask RejectAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } consumer ? Settle(consumer, consumer.Channel.BasicNackAsync(tag.Value, multiple: false, requeue: false, CancellationToken.None)) : default;

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => _confirming.PublishAsync(message);

    public ValueTask<bool> IsCancelledAsync(string messageId) => _questions.AskAsync(messageId);

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => _cancelled.RemoveAsync(_service, messageIds);

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => _announcements.AnnounceAsync(announcement);

    public async ValueTask StopConsumingAsync()
    {
        await _queues.StopAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();

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
