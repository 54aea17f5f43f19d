using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>A requester's link.</summary>
internal sealed class RequesterLink : IRequesterLink
{
    private readonly LinkLifetime _lifetime;
    private readonly CallRoutes _calls;
    private readonly BroadcastPublisher _cancels;
    private readonly CancelledBindings _cancelled;

    private RequesterLink(
        LinkLifetime lifetime, string replyTo, CallRoutes calls, BroadcastPublisher cancels, CancelledBindings cancelled)
    {
        _lifetime = lifetime;
        _cancelled = cancelled;
        ReplyTo = replyTo;
        _calls = calls;
        _cancels = cancels;
    }

    public string ReplyTo { get; }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    /// <summary>Opens it on the connections for requests and for replies.</summary>
    public static async Task<IRequesterLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, RabbitMqReplyPath path, IRequesterSink sink, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var requests = await connections.Requests.GetAsync(cancellationToken).ConfigureAwait(false);
        var limits = connections.LimitsOf(requests);
        var publishing = await lifetime.OpenVitalChannelAsync(requests, "requests", cancellationToken).ConfigureAwait(false);

        // The consumer comes first: a reply must never find nobody, and direct reply-to refuses requests until it is there.
        string replyTo;
        if (path == RabbitMqReplyPath.DirectReplyTo)
        {
            replyTo = ServiceQueues.DirectReplyTo;
            await new ReplyConsumer(publishing, lifetime, replyTo, sink).StartAsync(autoAck: true, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var replies = await connections.Replies.GetAsync(cancellationToken).ConfigureAwait(false);
            var receiving = await lifetime.OpenVitalChannelAsync(replies, "replies", cancellationToken).ConfigureAwait(false);
            replyTo = await ServiceQueues.DeclareReplyQueueAsync(receiving, cancellationToken).ConfigureAwait(false);
            lifetime.WhenDisposed(() => receiving.QueueDeleteAsync(replyTo, ifUnused: false, ifEmpty: false));
            await new ReplyConsumer(receiving, lifetime, replyTo, sink).StartAsync(autoAck: true, cancellationToken).ConfigureAwait(false);
        }

        var confirming = await ConfirmingPublisher.OpenAsync(
            lifetime, requests, "commands", limits, new DelayReadiness(requests, lifetime, limits, connections.OldQueues), cancellationToken).ConfigureAwait(false);
        if (path == RabbitMqReplyPath.DirectReplyTo)
        {
            // A direct reply comes to the channel that its request went by, so confirmed calls need a consumer of their own.
            await new ReplyConsumer(confirming.Channel, lifetime, replyTo, sink).StartAsync(autoAck: true, cancellationToken).ConfigureAwait(false);
        }

        var calls = new CallRoutes(requests, lifetime, confirming, sink);
        calls.Open(hold => new Publisher(publishing, lifetime, limits, sink.OnReturned, hold));
        return new RequesterLink(
            lifetime,
            replyTo,
            calls,
            new BroadcastPublisher(
                await lifetime.OpenChannelAsync(requests, options: null, cancellationToken).ConfigureAwait(false),
                lifetime,
                "Workers will not hear of cancelled calls and run them until their deadline",
                logger),
            new CancelledBindings(requests, lifetime, time));
    }

    public ValueTask PublishAsync(OutboundMessage message) => _calls.PublishAsync(message);

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => _calls.PublishConfirmedAsync(message);

    public Task RememberCancelledAsync(string service, string messageId) => _cancelled.AddAsync(service, messageId);

    public ValueTask PublishCancelAsync(string service, string correlationId) => _cancels.CancelAsync(service, correlationId);

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();
}
