using System.Collections.Concurrent;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Where a requester's calls go, service by service, on one link.</summary>
internal sealed class CallRoutes(BrokerConnection connection, LinkLifetime link, ConfirmingPublisher confirming, IRequesterSink sink)
{
    private const string OwnNames = "messaging.";

    private readonly HomeLook _look = new(connection, link);
    private readonly ConcurrentDictionary<string, CallRoute> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<CallRoute, bool> _away = [];
    private Publisher _publisher = null!;
    private volatile bool _anyAway;

    /// <summary>Publishes with confirms.</summary>
    public ConfirmingPublisher Confirming => confirming;

    /// <summary>Makes the publisher of calls, which brings here what finds no queue.</summary>
    public void Open(Func<Func<BasicReturnEventArgs, bool>, Publisher> open) => _publisher = open(TryHold);

    /// <summary>Publishes without a confirm.</summary>
    public ValueTask PublishAsync(in OutboundMessage message) =>
        _publisher.PublishAsync(_anyAway && IsCall(message) ? message with { Queue = RouteOf(message.Queue).Choose() } : message);

    /// <summary>Publishes with a confirm.</summary>
    public ValueTask PublishConfirmedAsync(in OutboundMessage message) =>
        IsCall(message) ? PublishCallAsync(message) : confirming.PublishAsync(message);

    /// <summary>Sends a call again that was held.</summary>
    public ValueTask SendAgainAsync(HeldCall call, string queue) => _publisher.PublishAsync(queue, call.Properties, call.Returned.Body);

    /// <summary>Hands calls to the requester for which there is no queue.</summary>
    public void GiveBack(IReadOnlyList<HeldCall> calls)
    {
        foreach (var call in calls)
        {
            sink.OnReturned(AmqpMessages.Read(call.Returned));
        }
    }

    /// <summary>A service takes calls elsewhere now.</summary>
    /// <param name="route">Its route.</param>
    /// <param name="changed">Whether that is new.</param>
    /// <param name="service">The service.</param>
    /// <param name="place">Where.</param>
    /// <param name="again">Where what was sent before may be lost: what of it is sent again here; otherwise null.</param>
    public void Changed(CallRoute route, bool changed, string service, CallPlace place, IReadOnlyList<InboundMessage>? again)
    {
        if (changed)
        {
            if (place == CallPlace.Home)
            {
                _away.TryRemove(route, out _);
            }
            else
            {
                _away[route] = true;
            }

            _anyAway = !_away.IsEmpty;
            sink.OnCallsAway(service, place == CallPlace.Away ? $"the node of the broker that holds the queue '{service}' is away, and no worker has declared another in its place" : null);
        }

        if (again is not null)
        {
            sink.OnCallsLost(service, again);
        }
    }

    /// <summary>Whether it may be because the queue is not where it was.</summary>
    public static bool IsAboutPlace(TransportException failure) =>
        failure is { Failure: TransportFailure.Unroutable } or { Failure: TransportFailure.Refused, Passes: false };

    private async ValueTask PublishCallAsync(OutboundMessage message)
    {
        TransportException? failure = null;
        try
        {
            if (!_anyAway)
            {
                await confirming.PublishAsync(message).ConfigureAwait(false);
                return;
            }
        }
        catch (TransportException e) when (IsAboutPlace(e))
        {
            failure = e;
        }

        try
        {
            await RouteOf(message.Queue).PublishConfirmedAsync(message, failure).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not TransportException)
        {
            throw link.Loss is { } loss ? PublishFailures.LinkLost(message.Queue, loss) : failure ?? OpenFailures.From(e, $"a look at '{message.Queue}'");
        }
    }

    private bool TryHold(BasicReturnEventArgs returned)
    {
        if (returned.Exchange.Length > 0 || returned.BasicProperties.ReplyTo is null || returned.RoutingKey.StartsWith(OwnNames, StringComparison.Ordinal))
        {
            return false;
        }

        var queue = returned.RoutingKey;
        var service = queue.EndsWith(WireNames.StandbySuffix, StringComparison.Ordinal) ? queue[..^WireNames.StandbySuffix.Length] : queue;
        return RouteOf(service).TryHold(returned);
    }

    private CallRoute RouteOf(string service) => _routes.GetOrAdd(service, static (service, all) => new CallRoute(service, all._look, all.Link, all), this);

    private LinkLifetime Link => link;

    // Whatever else a requester publishes goes to queues that are the library's own, or wants no reply.
    private static bool IsCall(in OutboundMessage message) =>
        message.ReplyTo is not null && message.DelaySeconds == 0 && !message.Queue.StartsWith(OwnNames, StringComparison.Ordinal);
}
