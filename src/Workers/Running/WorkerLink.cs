using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Streaming;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>A worker's link, as the deliveries that came by it see it: they must be settled on it and on no other.</summary>
internal sealed class WorkerLink : ILink, IWorkerSink
{
    private readonly IWorkerDeliveries _deliveries;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopLock = new();
    private Task? _stopped;
    private IWorkerLink? _link;
    private ForgetCancelled? _forgetting;
    private int _widened;

    public WorkerLink(IWorkerDeliveries deliveries, int maxMessageBytes, ILogger logger)
    {
        _deliveries = deliveries;
        _logger = logger;
        MaxMessageBytes = maxMessageBytes;
        Replies = new ReplyPumps(this, logger);
        Streams = new StreamPumps(maxMessageBytes, message => Link.ReplyAsync(message));
    }

    public Task<LinkLoss> Lost => Link.Lost;

    public bool IsLost => _link is null || _link.Lost.IsCompleted;

    /// <summary>The queue that it does not consume although it should; null for none.</summary>
    public UnservedQueue? Unserved => Link.Unserved;

    /// <summary>Deliveries can come before opening has returned; whoever serves them waits for this.</summary>
    public Task Opened => _opened.Task;

    /// <summary>The largest message that is taken or sent, in bytes.</summary>
    public int MaxMessageBytes { get; }

    /// <summary>What the headers of a message may weigh, in bytes.</summary>
    public int MaxHeaderBytes => Link.MaxHeaderBytes;

    /// <summary>Where replies to requesters that read batches gather.</summary>
    public ReplyPumps Replies { get; }

    /// <summary>Where what streams send gathers.</summary>
    public StreamPumps Streams { get; }

    /// <summary>The queue of this link alone; null where it has none.</summary>
    public string? ControlAddress => Link.ControlAddress;

    private IWorkerLink Link => _link ?? throw new InvalidOperationException("The link has not been opened.");

    public static async ValueTask<WorkerLink> OpenAsync(
        ITransport transport, WorkerSubscription subscription, IWorkerDeliveries deliveries, ILogger logger, CancellationToken cancellationToken)
    {
        var link = new WorkerLink(deliveries, transport.MaxMessageBytes, logger);
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

    /// <summary>A reply that shared a message was not sent. False where the link is lost, and its call is left to the broker.</summary>
    public ValueTask<bool> TrySettleAsync(WorkerCall call, TransportException exception) => _deliveries.TrySettleAsync(call, exception);

    /// <summary>Rejects a delivery that came before, or after, the link was known to be open.</summary>
    public async Task RejectUnreadAsync(Delivery delivery)
    {
        await Opened.ConfigureAwait(false);
        await delivery.SettleAsync(IsLost ? Settlement.None : Settlement.Rejected).ConfigureAwait(false);
    }

    /// <summary>Publishes what must be safe before its delivery is acknowledged.</summary>
    /// <exception cref="TransportException">It was not taken, or it is unknown whether it was.</exception>
    public ValueTask PublishConfirmedAsync(in OutboundMessage message) => Link.PublishConfirmedAsync(message);

    public ValueTask<bool> IsCancelledAsync(string messageId) => Link.IsCancelledAsync(messageId);

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => Link.ForgetCancelledAsync(messageIds);

    /// <summary>Has the broker forget, a while later, a cancelled command that came by this link and was dropped.</summary>
    public void ForgetLater(string messageId, TimeProvider time)
    {
        var forgetting = Volatile.Read(ref _forgetting);
        if (forgetting is null)
        {
            var made = new ForgetCancelled(this, time, _logger);
            forgetting = Interlocked.CompareExchange(ref _forgetting, made, comparand: null) ?? made;
        }

        forgetting.Add(messageId);
    }

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => Link.AnnounceAsync(announcement);

    /// <summary>Has the broker hand over so many calls more, or no more than usual with 0.</summary>
    public void Widen(ushort more)
    {
        if (_link is { } link && Interlocked.Exchange(ref _widened, more) != more)
        {
            _ = link.WidenCallsAsync(more).AsTask();
        }
    }

    /// <summary>Stops taking deliveries, once: who comes later waits for the first.</summary>
    public Task StopConsumingAsync()
    {
        lock (_stopLock)
        {
            return _stopped ??= Link.StopConsumingAsync().AsTask();
        }
    }

    public ValueTask DisposeAsync() => Link.DisposeAsync();

    void IWorkerSink.OnDelivery(QueueKind queue, in InboundMessage message) => _deliveries.OnDelivery(new Delivery(this, queue, message, MaxMessageBytes));

    void IWorkerSink.OnCancel(string correlationId) => _deliveries.OnCancel(new CallId(correlationId));

    void IWorkerSink.OnRollCall() => _deliveries.OnRollCall();

    void IWorkerSink.OnControl(in InboundMessage message) => _deliveries.OnControl(message);

    void IWorkerSink.OnReplyReturned(in InboundMessage reply) => _deliveries.OnReplyReturned(reply);
}

/// <summary>Takes what a link brings.</summary>
internal interface IWorkerDeliveries
{
    void OnDelivery(Delivery delivery);

    void OnCancel(CallId id);

    void OnRollCall();

    void OnControl(in InboundMessage message);

    void OnReplyReturned(in InboundMessage reply);

    /// <summary>Settles a call whose reply was not sent, and which is claimed. False where its link is lost.</summary>
    ValueTask<bool> TrySettleAsync(WorkerCall call, TransportException exception);
}
