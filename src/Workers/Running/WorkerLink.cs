using Messaging.Replies;
using Messaging.Streaming;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>A worker's link, as the deliveries that came by it see it: they must be settled on it and on no other.</summary>
internal sealed partial class WorkerLink : ILink, IWorkerSink
{
    private static readonly TimeSpan _pauseAfterRefusal = TimeSpan.FromSeconds(1);

    private readonly IWorkerDeliveries _deliveries;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stopLock = new();
    private Task? _stopped;
    private IWorkerLink? _link;
    private ForgetCancelled? _forgetting;

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

    /// <summary>Rejects a delivery that came before, or after, the link was known to be open.</summary>
    public async Task RejectUnreadAsync(Delivery delivery)
    {
        await Opened.ConfigureAwait(false);
        await delivery.SettleAsync(IsLost ? Settlement.None : Settlement.Rejected).ConfigureAwait(false);
    }

    /// <summary>
    /// Publishes what must be safe before its delivery is acknowledged. False, after a pause, where the broker does not
    /// take it although the link stands: the delivery then goes back to its queue.
    /// </summary>
    /// <exception cref="TransportException">The link is lost.</exception>
    public async ValueTask<bool> TryPublishConfirmedAsync(OutboundMessage message, TimeProvider time)
    {
        try
        {
            await Link.PublishConfirmedAsync(message).ConfigureAwait(false);
            return true;
        }
        catch (TransportException exception) when (!IsLost)
        {
            LogNotTaken(_logger, message.Queue, message.MessageId, exception.Message);
            await Task.WhenAny(Task.Delay(_pauseAfterRefusal, time), Link.Lost).ConfigureAwait(false);
            return false;
        }
    }

    public ValueTask PublishConfirmedAsync(in OutboundMessage message) => Link.PublishConfirmedAsync(message);

    public ValueTask<bool> IsCancelledAsync(string messageId) => Link.IsCancelledAsync(messageId);

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => Link.ForgetCancelledAsync(messageIds);

    /// <summary>Has the broker forget, a while later, a cancelled command that came by this link and was dropped.</summary>
    public void ForgetLater(string messageId, TimeProvider time)
    {
        if (_forgetting is null)
        {
            Interlocked.CompareExchange(ref _forgetting, new ForgetCancelled(this, time, _logger), comparand: null);
        }

        _forgetting.Add(messageId);
    }

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => Link.AnnounceAsync(announcement);

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

    [LoggerMessage(218, LogLevel.Error, "A command could not be moved to '{Queue}' (message id {MessageId}) and goes back to its own queue: {Reason}")]
    private static partial void LogNotTaken(ILogger logger, string queue, string? messageId, string reason);
}

/// <summary>Takes what a link brings.</summary>
internal interface IWorkerDeliveries
{
    void OnDelivery(Delivery delivery);

    void OnCancel(CallId id);

    void OnRollCall();

    void OnControl(in InboundMessage message);

    void OnReplyReturned(in InboundMessage reply);
}
