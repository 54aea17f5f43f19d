using Messaging.Transport;

namespace Messaging.Running;

/// <summary>A worker's link, as the deliveries that came by it see it: they must be settled on it and on no other.</summary>
internal sealed class WorkerLink(IWorkerDeliveries deliveries, int maxBodyBytes) : ILink, IWorkerSink
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IWorkerLink? _link;

    public Task<LinkLoss> Lost => Link.Lost;

    public bool IsLost => _link is null || _link.Lost.IsCompleted;

    /// <summary>Deliveries can come before opening has returned; whoever serves them waits for this.</summary>
    public Task Opened => _opened.Task;

    private IWorkerLink Link => _link ?? throw new InvalidOperationException("The link has not been opened.");

    public static async ValueTask<WorkerLink> OpenAsync(
        ITransport transport, WorkerSubscription subscription, IWorkerDeliveries deliveries, CancellationToken cancellationToken)
    {
        var link = new WorkerLink(deliveries, transport.MaxMessageBytes);
        try
        {
            link._link = await transport.OpenWorkerAsync(subscription, link, cancellationToken).ConfigureAwait(false);
            return link;
        }
        finally
        {
            link._opened.SetResult();
        }
    }

    public ValueTask ReplyAsync(in OutboundMessage reply) => Link.ReplyAsync(reply);

    public ValueTask AckAsync(DeliveryTag tag) => Link.AckAsync(tag);

    public ValueTask RequeueAsync(DeliveryTag tag) => Link.RequeueAsync(tag);

    public ValueTask RejectAsync(DeliveryTag tag) => Link.RejectAsync(tag);

    public ValueTask DeadLetterAsync(in OutboundMessage message) => Link.DeadLetterAsync(message);

    public ValueTask StopConsumingAsync() => Link.StopConsumingAsync();

    public ValueTask DisposeAsync() => Link.DisposeAsync();

    void IWorkerSink.OnDelivery(QueueKind queue, in InboundMessage message) => deliveries.OnDelivery(new Delivery(this, queue, message, maxBodyBytes));

    void IWorkerSink.OnCancel(string correlationId) => deliveries.OnCancel(correlationId);

    void IWorkerSink.OnReplyReturned(string correlationId) => deliveries.OnReplyReturned();
}

/// <summary>Takes what a link brings.</summary>
internal interface IWorkerDeliveries
{
    void OnDelivery(Delivery delivery);

    void OnCancel(string correlationId);

    void OnReplyReturned();
}
