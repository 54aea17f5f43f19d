using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// The exchanges and queues that keep delayed messages, shared by all of a virtual host. A fixed set: level n is a queue in
/// which everything waits 2^n seconds, so messages leave it in the order in which they came, and any delay up to
/// <see cref="OutboundMessage.MaxDelay"/> is a walk down the levels. A delay of one message's own in a shared queue would
/// hold up all behind it, and a queue for each delay would have no bound.
/// </summary>
internal static class DelayTopology
{
    /// <summary>Declares the exchange for what is due; all who bind a queue to it need it.</summary>
    public static Task DeclareDueAsync(IChannel channel, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(
            WireNames.DelayDue,
            ExchangeType.Topic,
            durable: true,
            autoDelete: false,
            // A message whose queue was deleted would otherwise stay in the last level's queue for ever, tried again and again.
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["alternate-exchange"] = WireNames.DelayLost },
            cancellationToken: cancellationToken);

    /// <summary>Has a queue take its messages when they are due.</summary>
    public static Task BindAsync(IChannel channel, string queue, CancellationToken cancellationToken) =>
        channel.QueueBindAsync(queue, WireNames.DelayDue, DelayRouting.DuePattern(queue), cancellationToken: cancellationToken);

    /// <summary>Declares everything. From the end to the beginning, so that no message ever finds a gap.</summary>
    public static async Task DeclareAsync(QueueDeclarer queues, CancellationToken cancellationToken)
    {
        await DeclareLostAsync(queues, cancellationToken).ConfigureAwait(false);
        var channel = await queues.GetChannelAsync(cancellationToken).ConfigureAwait(false);
        await DeclareDueAsync(channel, cancellationToken).ConfigureAwait(false);
        for (var level = 0; level < OutboundMessage.DelayLevels; level++)
        {
            await DeclareLevelAsync(channel, level, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task DeclareLostAsync(QueueDeclarer queues, CancellationToken cancellationToken)
    {
        var arguments = ServiceQueues.NoDeliveryLimit();
        QueueSafety.RefuseOverflow(arguments);
        await queues.DeclareAsync(WireNames.DelayLost, arguments, cancellationToken).ConfigureAwait(false);
        var channel = await queues.GetChannelAsync(cancellationToken).ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(
            WireNames.DelayLost, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(WireNames.DelayLost, WireNames.DelayLost, string.Empty, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static async Task DeclareLevelAsync(IChannel channel, int level, CancellationToken cancellationToken)
    {
        var name = WireNames.DelayLevel(level);
        var next = level == 0 ? WireNames.DelayDue : WireNames.DelayLevel(level - 1);
        var arguments = ServiceQueues.NoDeliveryLimit();
        arguments["x-message-ttl"] = 1000L << level;
        arguments["x-dead-letter-exchange"] = next;

        // Otherwise a message would be gone from here before it is safe there.
        QueueSafety.DeadLetterAtLeastOnce(arguments);

        await channel.ExchangeDeclareAsync(name, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await ServiceQueues.DeclareQuorumAsync(channel, name, arguments, cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(name, name, DelayRouting.Pattern(level, 1), cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.ExchangeBindAsync(next, name, DelayRouting.Pattern(level, 0), cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
