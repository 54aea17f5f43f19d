using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>Hears what workers announce, by a queue of its own.</summary>
internal sealed class CatalogueLink : ICatalogueLink
{
    // How many announcements the broker hands over ahead; beyond these it drops the oldest of what waits.
    private const ushort Prefetch = 200;

    private readonly LinkLifetime _lifetime;
    private readonly BroadcastPublisher _rollCalls;

    private CatalogueLink(LinkLifetime lifetime, BroadcastPublisher rollCalls)
    {
        _lifetime = lifetime;
        _rollCalls = rollCalls;
    }

    public Task<LinkLoss> Lost => _lifetime.Lost;

    /// <summary>
    /// Opens it on the connection for looks into queues, and calls the roll on that for requests: the broker may stop
    /// reading from a connection that publishes.
    /// </summary>
    public static async Task<ICatalogueLink> OpenAsync(
        LinkLifetime lifetime, LinkConnections connections, ICatalogueSink sink, ILogger logger, CancellationToken cancellationToken)
    {
        var requests = await connections.Requests.GetAsync(cancellationToken).ConfigureAwait(false);
        var calling = await lifetime.OpenChannelAsync(requests, options: null, cancellationToken).ConfigureAwait(false);

        var queues = await connections.Queues.GetAsync(cancellationToken).ConfigureAwait(false);
        var listening = await lifetime.OpenVitalChannelAsync(queues, "the catalogue", cancellationToken).ConfigureAwait(false);
        await listening.BasicQosAsync(prefetchSize: 0, Prefetch, global: false, cancellationToken).ConfigureAwait(false);
        var queue = await ServiceQueues.DeclareCatalogueQueueAsync(listening, cancellationToken).ConfigureAwait(false);
        await new CatalogueConsumer(listening, lifetime, queue, sink).StartAsync(autoAck: false, cancellationToken).ConfigureAwait(false);
        return new CatalogueLink(
            lifetime,
            new BroadcastPublisher(calling, lifetime, "A new catalogue learns of each worker only when that announces itself next", logger));
    }

    public ValueTask CallRollAsync() => _rollCalls.CallRollAsync();

    public ValueTask DisposeAsync() => _lifetime.DisposeAsync();
}
