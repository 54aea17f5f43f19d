using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>One container's access to an in-memory broker. Disposed, it closes the links that it opened and leaves the broker be.</summary>
internal sealed class InMemoryTransport(InMemoryBroker broker) : ITransport
{
    private volatile bool _disposed;

    public string Name => "in_memory";

    public int MaxMessageBytes => broker.MaxMessageBytes;

    public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Open<IRequesterLink>(() => broker.OpenRequester(this, sink), cancellationToken);
    }

    public ValueTask<IWorkerLink> OpenWorkerAsync(
        WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(sink);
        return Open<IWorkerLink>(() => broker.OpenWorker(this, subscription, sink), cancellationToken);
    }

    public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        return Open<IQueueLink>(() => broker.OpenQueue(this, queue), cancellationToken);
    }

    public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) =>
        Open<IQueueLook>(() => broker.OpenQueueLook(this), cancellationToken);

    public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Open<ICatalogueLink>(() => broker.OpenCatalogue(this, sink), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        foreach (var link in broker.Links)
        {
            if (ReferenceEquals(link.Owner, this))
            {
                await link.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private ValueTask<TLink> Open<TLink>(Func<TLink> open, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TLink>(cancellationToken);
        }

        try
        {
            return new ValueTask<TLink>(open());
        }
        catch (TransportException e)
        {
            return ValueTask.FromException<TLink>(e);
        }
    }
}
