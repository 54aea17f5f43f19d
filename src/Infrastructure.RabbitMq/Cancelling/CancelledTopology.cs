using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// How the broker remembers which delayed commands were cancelled: as bindings of one exchange, which cost it little, are
/// on all of its nodes and survive its restarts. They all lead to one queue, that of the epoch in which they were made. It
/// keeps no message; whether one reaches it is the answer to the question. It goes by itself when no delay can outlast it,
/// and with it what nobody has forgotten: cancellations of commands that never came, or had run before.
/// </summary>
internal static class CancelledTopology
{
    // Longer than a queue lives after its last cancellation, so that those that count lie in this epoch or the last one.
    private static readonly TimeSpan _epoch = TimeSpan.FromDays(50);

    // Longer by a day than any delay that the broker keeps in one piece: a worker asks at the end of each. The broker
    // takes 49.7 days at most. It begins anew whenever the queue is declared again.
    private static readonly TimeSpan _expiry = OutboundMessage.MaxDelay + TimeSpan.FromDays(1);

    /// <summary>How long after it was last declared the queue of an epoch is declared again. Much less than the day by which it outlives the delays.</summary>
    public static TimeSpan DeclaredAgainAfter { get; } = TimeSpan.FromHours(1);

    /// <summary>The epoch of an instant.</summary>
    public static long EpochOf(DateTimeOffset instant) => instant.UtcTicks / _epoch.Ticks;

    /// <summary>Declares the exchange.</summary>
    public static Task DeclareExchangeAsync(IChannel channel, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(WireNames.Cancelled, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    /// <summary>Declares the queue of an epoch.</summary>
    public static Task DeclareQueueAsync(IChannel channel, long epoch, CancellationToken cancellationToken)
    {
        // A quorum queue, as a message to a classic one whose node is down would find no queue: the answer would be "not cancelled".
        var arguments = ServiceQueues.NoDeliveryLimit();
        arguments["x-expires"] = (long)_expiry.TotalMilliseconds;
        arguments["x-max-length"] = 0;
        return ServiceQueues.DeclareQuorumAsync(channel, WireNames.CancelledQueue(epoch), arguments, cancellationToken);
    }

    public static Task BindAsync(IChannel channel, long epoch, string key, CancellationToken cancellationToken) =>
        channel.QueueBindAsync(WireNames.CancelledQueue(epoch), WireNames.Cancelled, key, cancellationToken: cancellationToken);

    /// <summary>Removes a binding. The broker says yes too where there is none, or no queue, or no exchange.</summary>
    public static Task UnbindAsync(IChannel channel, long epoch, string key, CancellationToken cancellationToken) =>
        channel.QueueUnbindAsync(WireNames.CancelledQueue(epoch), WireNames.Cancelled, key, cancellationToken: cancellationToken);
}
