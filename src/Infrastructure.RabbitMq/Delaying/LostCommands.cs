using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Brings home the delayed commands that found no queue when they were due, as it was deleted, and that have one again.
/// Those of other services go back to where they were.
/// </summary>
internal sealed partial class LostCommands(
    LinkLifetime link, BrokerConnection connection, OldQueues old, WorkerTopology topology, ConfirmingPublisher confirming, ILogger logger)
{
    // Somebody else's may lie there for good: as long as their number stays the same they are looked through only now and then.
    private const int LooksToSkip = 10;

    private uint _others;
    private int _skipped;

    public async Task BringHomeAsync(CancellationToken cancellationToken)
    {
        var passing = new PassingChannel(connection, link);
        await using (passing.ConfigureAwait(false))
        {
            var count = await new QueueDeclarer(passing, old).CountAsync(WireNames.DelayLost, cancellationToken).ConfigureAwait(false) ?? 0;
            if (count == 0 || (count == _others && ++_skipped < LooksToSkip))
            {
                return;
            }

            _skipped = 0;
            _others = await LookThroughAsync(await passing.GetAsync(cancellationToken).ConfigureAwait(false), count, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at so many. What is not ours is held until the channel closes, so that it comes only once.</summary>
    /// <returns>How many were not ours.</returns>
    private async Task<uint> LookThroughAsync(IChannel channel, uint count, CancellationToken cancellationToken)
    {
        uint others = 0;
        var home = 0;
        for (; count > 0 && await channel.BasicGetAsync(WireNames.DelayLost, autoAck: false, cancellationToken).ConfigureAwait(false) is { } found; count--)
        {
            var queue = DelayRouting.QueueOf(found.RoutingKey);
            if (!topology.HasCommands(queue))
            {
                others++;
                continue;
            }

            await confirming.PublishAsync(queue, new BasicProperties(found.BasicProperties), found.Body).ConfigureAwait(false);
            await channel.BasicAckAsync(found.DeliveryTag, multiple: false, cancellationToken).ConfigureAwait(false);
            home++;
        }

        if (home > 0)
        {
            LogHome(logger, topology.Service, home, WireNames.DelayLost);
        }

        return others;
    }

    [LoggerMessage(113, LogLevel.Information, "{Count} delayed commands of {Service} that had found no queue when they were due were brought home from {Queue}.")]
    private static partial void LogHome(ILogger logger, string service, int count, string queue);
}
