using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Running;

/// <summary>A transport whose broker goes on sending to workers that asked it to stop, until <see cref="Release"/>.</summary>
internal sealed class HeldGoodbyes
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _delivered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commands;

    /// <summary>Completes when a worker asks the broker to stop sending.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes with the first command.</summary>
    public Task Delivered => _delivered.Task;

    /// <summary>How many commands have come.</summary>
    public int Commands => Volatile.Read(ref _commands);

    public void Release() => _released.TrySetResult();

    public void Install(IServiceCollection services)
    {
        var chosen = services.Single(static service => service.ServiceType == typeof(ITransport));
        services.Remove(chosen);
        services.AddSingleton<ITransport>(provider => new Transport((ITransport)chosen.ImplementationFactory!(provider), this));
    }

    private sealed class Transport(ITransport inner, HeldGoodbyes goodbyes) : ITransport
    {
        public string Name => inner.Name;

        public int MaxMessageBytes => inner.MaxMessageBytes;

        public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) =>
            inner.OpenRequesterAsync(sink, cancellationToken);

        public async ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken) =>
            new Link(await inner.OpenWorkerAsync(subscription, new Sink(sink, goodbyes), cancellationToken), goodbyes);

        public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) => inner.OpenQueueAsync(queue, cancellationToken);

        public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => inner.OpenQueueLookAsync(cancellationToken);

        public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) =>
            inner.OpenCatalogueAsync(sink, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Link(IWorkerLink inner, HeldGoodbyes goodbyes) : IWorkerLink
    {
        public Task<LinkLoss> Lost => inner.Lost;

        public string? ControlAddress => inner.ControlAddress;

        public UnservedQueue? Unserved => inner.Unserved;

        public int MaxHeaderBytes => inner.MaxHeaderBytes;

        public ValueTask ReplyAsync(OutboundMessage reply) => inner.ReplyAsync(reply);

        public ValueTask AckAsync(DeliveryTag tag) => inner.AckAsync(tag);

        public ValueTask RequeueAsync(DeliveryTag tag) => inner.RequeueAsync(tag);

        public ValueTask RejectAsync(DeliveryTag tag) => inner.RejectAsync(tag);

        public ValueTask PublishConfirmedAsync(OutboundMessage message) => inner.PublishConfirmedAsync(message);

        public ValueTask<bool> IsCancelledAsync(string messageId) => inner.IsCancelledAsync(messageId);

        public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => inner.ForgetCancelledAsync(messageIds);

        public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => inner.AnnounceAsync(announcement);

        public async ValueTask StopConsumingAsync()
        {
            goodbyes._asked.TrySetResult();
            await goodbyes._released.Task;
            await inner.StopConsumingAsync();
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Sink(IWorkerSink inner, HeldGoodbyes goodbyes) : IWorkerSink
    {
        public void OnDelivery(QueueKind queue, in InboundMessage message)
        {
            inner.OnDelivery(queue, message);
            if (queue == QueueKind.Commands)
            {
                Interlocked.Increment(ref goodbyes._commands);
                goodbyes._delivered.TrySetResult();
            }
        }

        public void OnCancel(string correlationId) => inner.OnCancel(correlationId);

        public void OnRollCall() => inner.OnRollCall();

        public void OnControl(in InboundMessage message) => inner.OnControl(message);

        public void OnReplyReturned(in InboundMessage reply) => inner.OnReplyReturned(reply);
    }
}
