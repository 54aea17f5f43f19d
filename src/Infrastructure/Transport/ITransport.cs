namespace Messaging.Transport;

/// <summary>
/// What a broker must offer. An implementation makes one attempt to open a link and says when a link is lost;
/// reconnecting, deadlines, retries and the meaning of messages belong to the requester and the workers.
/// </summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>The transport's name as telemetry states it (<c>messaging.system</c>), e.g. <c>rabbitmq</c>.</summary>
    string Name { get; }

    /// <summary>The largest message body it carries, in bytes. Larger ones are refused before they are sent.</summary>
    int MaxMessageBytes { get; }

    /// <summary>Whether the broker has stopped taking what is published, for want of memory or disk. Default: false.</summary>
    bool IsBlocked => false;

    /// <summary>Opens what a requester needs: a way to publish and a reply queue of its own. One attempt.</summary>
    /// <param name="sink">Takes what arrives, from before this method returns.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>An open link.</returns>
    /// <exception cref="TransportException">The attempt failed.</exception>
    ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken);

    /// <summary>Opens what a worker needs: declares the service's queues and consumes them. One attempt.</summary>
    /// <param name="subscription">What to consume.</param>
    /// <param name="sink">Takes what arrives, from before this method returns.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>An open, consuming link.</returns>
    /// <exception cref="TransportException">The attempt failed.</exception>
    ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken);

    /// <summary>Opens a look into one queue, for people and tools, while the system runs. One attempt; it declares nothing.</summary>
    /// <param name="queue">The queue's name, e.g. <c>orders.dead</c>.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>An open link.</returns>
    /// <exception cref="TransportException">The attempt failed; <see cref="TransportFailure.Unroutable"/> where there is no such queue.</exception>
    ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken);

    /// <summary>Opens a look at queues from outside: how much waits in them, and who consumes them. One attempt; it declares nothing.</summary>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>An open link.</returns>
    /// <exception cref="TransportException">The attempt failed.</exception>
    ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken);

    /// <summary>Opens what hears the workers of all services announce themselves. One attempt; it does not call the roll.</summary>
    /// <param name="sink">Takes what arrives, from before this method returns.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>An open link.</returns>
    /// <exception cref="TransportException">The attempt failed.</exception>
    ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken);
}

/// <summary>A connection to the broker for one purpose. Once lost it stays lost; a new one is opened in its stead.</summary>
public interface ILink : IAsyncDisposable
{
    /// <summary>Completes (never faults) with the reason when the link is lost, and when it is disposed.</summary>
    Task<LinkLoss> Lost { get; }
}

/// <summary>Why a link ended.</summary>
/// <param name="Reason">What happened, for people.</param>
/// <param name="Disposed">Whether our own side closed it.</param>
public sealed record LinkLoss(string Reason, bool Disposed = false);
