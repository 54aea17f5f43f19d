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
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IRequesterLink>(cancellationToken);
        }

        try
        {
            return new ValueTask<IRequesterLink>(broker.OpenRequester(this, sink));
        }
        catch (TransportException e)
        {
            return ValueTask.FromException<IRequesterLink>(e);
        }
    }

    public ValueTask<IWorkerLink> OpenWorkerAsync(
        WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(sink);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IWorkerLink>(cancellationToken);
        }

        try
        {
            return new ValueTask<IWorkerLink>(broker.OpenWorker(this, subscription, sink));
        }
        catch (TransportException e)
        {
            return ValueTask.FromException<IWorkerLink>(e);
        }
    }

    public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IQueueLink>(cancellationToken);
        }

        try
        {
            return new ValueTask<IQueueLink>(broker.OpenQueue(this, queue));
        }
        catch (TransportException e)
        {
            return ValueTask.FromException<IQueueLink>(e);
        }
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
}
