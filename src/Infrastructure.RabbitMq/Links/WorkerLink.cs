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
    private readonly WorkerQueues _queues;

    private WorkerLink(LinkLifetime lifetime, string service, Publisher replies, ConfirmingPublisher confirming, WorkerQueues queues)
    {
        _lifetime = lifetime;
        _service = service;
        _replies = replies;
        _confirming = confirming;
        _queues = queues;
    }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    public UnservedQueue? Unserved => _queues.Unserved;

    /// <summary>Opens it on the connections for deliveries and for responses. It consumes last, when all else stands.</summary>
    public static async Task<IWorkerLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, WorkerSubscription subscription, IWorkerSink sink, ILogger logger, CancellationToken cancellationToken)
    {
        var responses = await connections.Responses.GetAsync(cancellationToken).ConfigureAwait(false);
        var limits = connections.LimitsOf(responses);
        var replying = await lifetime.OpenVitalChannelAsync(responses, "replies", cancellationToken).ConfigureAwait(false);
        var confirming = await ConfirmingPublisher.OpenAsync(lifetime, responses, "confirmed messages", limits, cancellationToken).ConfigureAwait(false);
        var publisher = new Publisher(replying, lifetime, limits, sink.OnReplyReturned);

        var deliveries = await connections.Deliveries.GetAsync(cancellationToken).ConfigureAwait(false);
        await ConsumeCancelsAsync(lifetime, deliveries, subscription.Service, sink, logger, cancellationToken).ConfigureAwait(false);
        var queues = new WorkerQueues(lifetime, deliveries, subscription, sink);
        var link = new WorkerLink(lifetime, subscription.Service, publisher, confirming, queues);
        await queues.OpenAsync(cancellationToken).ConfigureAwait(false);
        return link;
    }

    public ValueTask ReplyAsync(OutboundMessage reply) => _replies.PublishAsync(reply);

    public ValueTask AckAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } channel ? Settle(channel.BasicAckAsync(tag.Value, multiple: false, CancellationToken.None)) : default;

    public ValueTask RequeueAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } channel ? Settle(channel.BasicNackAsync(tag.Value, multiple: false, requeue: true, CancellationToken.None)) : default;

    public ValueTask RejectAsync(DeliveryTag tag) =>
        TryStartSettling(tag) is { } channel ? Settle(channel.BasicNackAsync(tag.Value, multiple: false, requeue: false, CancellationToken.None)) : default;

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => _confirming.PublishAsync(message);

    public async ValueTask StopConsumingAsync()
    {
        await (_queues.Calls?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        await (_queues.Commands?.StopAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();

    private static async Task ConsumeCancelsAsync(
        LinkLifetime lifetime, BrokerConnection connection, string service, IWorkerSink sink, ILogger logger, CancellationToken cancellationToken)
    {
        var channel = await lifetime.OpenChannelAsync(connection, options: null, cancellationToken).ConfigureAwait(false);
        try
        {
            var queue = await ServiceQueues.DeclareCancelQueueAsync(channel, service, cancellationToken).ConfigureAwait(false);
            await new CancelConsumer(channel, lifetime, queue, sink).StartAsync(autoAck: true, cancellationToken).ConfigureAwait(false);
            lifetime.LoseWith(channel, "cancelled calls");
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.AccessRefused } reason)
        {
            // A worker can do without: calls whose requester gave up run until their deadline.
            LogDenied(logger, service, reason.ReplyText);
        }
    }

    /// <summary>The channel to settle a delivery on; null on a lost link, whose deliveries come again.</summary>
    private IChannel? TryStartSettling(DeliveryTag tag)
    {
        var consumer = tag.Queue == QueueKind.Calls ? _queues.Calls : _queues.Commands;
        return consumer is not null && _lifetime.Loss is null && _lifetime.InFlight.TryEnter() ? consumer.Channel : null;
    }

    private ValueTask Settle(ValueTask settle)
    {
        if (settle.IsCompletedSuccessfully)
        {
            _lifetime.InFlight.Exit();
            return settle;
        }

        return FinishAsync(settle.AsTask());
    }

    private async ValueTask FinishAsync(Task settle)
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
            _lifetime.InFlight.Exit();
        }
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "The worker of {Service} will not hear of cancelled calls and runs them until their deadline: RabbitMQ denies it the queue: {Reason}")]
    private static partial void LogDenied(ILogger logger, string service, string reason);
}
