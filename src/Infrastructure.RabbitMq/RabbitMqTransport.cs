using Messaging.Observers;
using Messaging.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.RabbitMq;

/// <summary>RabbitMQ as a transport: links on a few shared connections, which are opened when first needed.</summary>
internal sealed class RabbitMqTransport : ITransport
{
    private readonly LinkConnections _connections;
    private readonly RabbitMqReplyPath _replyPath;
    private readonly TimeProvider _time;
    private readonly LateDelayWarning _lateDelays;
    private readonly ILogger _logger;

    public RabbitMqTransport(IOptionsMonitor<RabbitMqOptions> options, TimeProvider time, GuardedLogger<RabbitMqTransport> logger)
    {
        _time = time;
        _lateDelays = new LateDelayWarning(time, logger);
        var now = options.CurrentValue;
        MaxMessageBytes = now.MaxMessageBytes;
        _replyPath = now.ReplyPath;
        _logger = logger;
        _connections = new LinkConnections(new ConnectionOpener(options, logger), MaxMessageBytes, logger);
    }

    public string Name => "rabbitmq";

    public int MaxMessageBytes { get; }

    /// <summary>Whether the broker has stopped reading what we publish, for want of memory or disk.</summary>
    public bool IsBlocked => _connections.IsBlocked;

    public async ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return await OpenAsync(
            "a requester",
            lifetime => RequesterLink.OpenAsync(lifetime, _connections, _replyPath, sink, _time, _logger, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(sink);
        return await OpenAsync(
            $"a worker of '{subscription.Service}'",
            lifetime => WorkerLink.OpenAsync(lifetime, _connections, subscription, sink, _lateDelays, _time, _logger, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return await OpenAsync(
            $"the queue '{queue}'",
            lifetime => QueueLink.OpenAsync(lifetime, _connections, queue, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) =>
        await OpenAsync(
            "a look at queues", lifetime => QueueLook.OpenAsync(lifetime, _connections, cancellationToken), cancellationToken).ConfigureAwait(false);

    public async ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return await OpenAsync(
            "the catalogue", lifetime => CatalogueLink.OpenAsync(lifetime, _connections, sink, _logger, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async Task<TLink> OpenAsync<TLink>(string stage, Func<LinkLifetime, Task<TLink>> open, CancellationToken cancellationToken)
    {
        var lifetime = new LinkLifetime(_logger);
        try
        {
            return await open(lifetime).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await lifetime.DisposeAsync().ConfigureAwait(false);
            if (e is ObjectDisposedException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                throw;
            }

            throw OpenFailures.From(e, stage);
        }
    }
}
