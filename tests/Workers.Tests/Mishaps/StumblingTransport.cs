using Messaging.Transport;

namespace Messaging.Mishaps;

/// <summary>A transport that now and then can't write a worker's reply, for no reason that anybody has foreseen.</summary>
internal sealed class StumblingTransport(ITransport inner) : ITransport
{
    private volatile int _percent;
    private int _stumbles;

    /// <summary>How often it has stumbled.</summary>
    public int Stumbles => Volatile.Read(ref _stumbles);

    /// <summary>How often, of a hundred times, it stumbles.</summary>
    public int Percent
    {
        get => _percent;
        set => _percent = value;
    }

    public string Name => inner.Name;

    public int MaxMessageBytes => inner.MaxMessageBytes;

    public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) =>
        inner.OpenRequesterAsync(sink, cancellationToken);

    public async ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken) =>
        new Link(await inner.OpenWorkerAsync(subscription, sink, cancellationToken), this);

    public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) => inner.OpenQueueAsync(queue, cancellationToken);

    public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => inner.OpenQueueLookAsync(cancellationToken);

    public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) => inner.OpenCatalogueAsync(sink, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private InvalidOperationException Stumble()
    {
        Interlocked.Increment(ref _stumbles);
        return new InvalidOperationException("The transport stumbled.");
    }

    private sealed class Link(IWorkerLink inner, StumblingTransport transport) : IWorkerLink
    {
        public Task<LinkLoss> Lost => inner.Lost;

        public string? ControlAddress => inner.ControlAddress;

        public UnservedQueue? Unserved => inner.Unserved;

        public int MaxHeaderBytes => inner.MaxHeaderBytes;

        // A call's reply by itself; a fault is what its caller is told then.
        public ValueTask ReplyAsync(OutboundMessage reply) =>
            reply.Type is "reply" && Random.Shared.Next(100) < transport.Percent ? throw transport.Stumble() : inner.ReplyAsync(reply);

        public ValueTask AckAsync(DeliveryTag tag) => inner.AckAsync(tag);

        public ValueTask RequeueAsync(DeliveryTag tag) => inner.RequeueAsync(tag);

        public ValueTask RejectAsync(DeliveryTag tag) => inner.RejectAsync(tag);

        public ValueTask PublishConfirmedAsync(OutboundMessage message) => inner.PublishConfirmedAsync(message);

        public ValueTask<bool> IsCancelledAsync(string messageId) => inner.IsCancelledAsync(messageId);

        public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => inner.ForgetCancelledAsync(messageIds);

        public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => inner.AnnounceAsync(announcement);

        public ValueTask StopConsumingAsync() => inner.StopConsumingAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
