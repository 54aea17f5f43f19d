using Messaging.Transport;

namespace Messaging.Calls.Contract.Tapping;

/// <summary>A transport as it is, with a tap on its requesters' links.</summary>
internal sealed class TappedTransport(ITransport transport, MessageTap tap) : ITransport
{
    public string Name => transport.Name;

    public int MaxMessageBytes => transport.MaxMessageBytes;

    public async ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) =>
        new Link(await transport.OpenRequesterAsync(new Sink(sink, tap), cancellationToken), tap);

    public ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken) =>
        transport.OpenWorkerAsync(subscription, sink, cancellationToken);

    public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) =>
        transport.OpenQueueAsync(queue, cancellationToken);

    public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => transport.OpenQueueLookAsync(cancellationToken);

    public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) =>
        transport.OpenCatalogueAsync(sink, cancellationToken);

    public ValueTask DisposeAsync() => transport.DisposeAsync();

    private sealed class Link(IRequesterLink link, MessageTap tap) : IRequesterLink
    {
        public Task<LinkLoss> Lost => link.Lost;

        public string ReplyTo => link.ReplyTo;

        public ValueTask PublishAsync(OutboundMessage message) => tap.PassAsync(message, link.PublishAsync);

        public ValueTask PublishConfirmedAsync(OutboundMessage message) => tap.PassAsync(message, link.PublishConfirmedAsync);

        public Task RememberCancelledAsync(string service, string messageId) => link.RememberCancelledAsync(service, messageId);

        public ValueTask PublishCancelAsync(string service, string correlationId) => link.PublishCancelAsync(service, correlationId);

        public ValueTask DisposeAsync() => link.DisposeAsync();
    }

    private sealed class Sink(IRequesterSink sink, MessageTap tap) : IRequesterSink
    {
        public void OnReply(in InboundMessage message) => sink.OnReply(tap.Pass(message));

        public void OnReturned(in InboundMessage message) => sink.OnReturned(message);

        public void OnCallsAway(string service, string? why) => sink.OnCallsAway(service, why);

        public void OnCallsLost(string service, IReadOnlyList<InboundMessage> held) => sink.OnCallsLost(service, held);
    }
}
