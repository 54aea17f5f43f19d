namespace Messaging.Transport;

/// <summary>A worker's link: consumes a service's queues and publishes replies. All methods are thread-safe.</summary>
public interface IWorkerLink : ILink
{
    /// <summary>
    /// The queue of this link alone, which ends with it: what requesters send there comes by <see cref="IWorkerSink.OnControl"/>.
    /// Null where the broker denies it; then streams can't be served.
    /// </summary>
    string? ControlAddress { get; }

    /// <summary>The queue that is not consumed although the subscription names it; null for none. Only with <see cref="WorkerSubscription.AllowPartial"/>.</summary>
    UnservedQueue? Unserved => null;

    /// <summary>What the headers of a message may weigh, in bytes, as <see cref="Wire.HeaderBytes"/> counts. Default: what is left of a frame of 128 KiB.</summary>
    int MaxHeaderBytes => Wire.HeaderBytes.DefaultLimit;

    /// <summary>Publishes a reply, without a confirm, mandatory: a reply whose requester is gone comes back by <see cref="IWorkerSink.OnReplyReturned"/>.</summary>
    /// <param name="reply">The reply, addressed to the request's reply-to.</param>
    /// <returns>Complete when handed to the connection; the body may then be reused.</returns>
    /// <exception cref="TransportException">The reply was not sent.</exception>
    ValueTask ReplyAsync(OutboundMessage reply);

    /// <summary>Acknowledges a delivery: it is done. Each delivery is settled once. On a lost link a no-op, as the broker redelivers.</summary>
    /// <param name="tag">The delivery.</param>
    /// <returns>Complete when handed to the connection.</returns>
    ValueTask AckAsync(DeliveryTag tag);

    /// <summary>
    /// Gives a delivery back to its queue, for any worker to take. It counts as a delivery, on every version of a broker,
    /// as one that ends with its link does: a command comes back with one more in <c>x-delivery-count</c>, and the broker
    /// dead-letters it when that has passed <see cref="WorkerSubscription.CommandDeliveryLimit"/>. Of calls on a classic
    /// queue nobody counts. On a lost link a no-op.
    /// </summary>
    /// <param name="tag">The delivery.</param>
    /// <returns>Complete when handed to the connection.</returns>
    ValueTask RequeueAsync(DeliveryTag tag);

    /// <summary>
    /// Refuses a delivery that can't be carried further: the broker dead-letters it, or drops it where the queue has no
    /// dead-letter queue. On a lost link a no-op.
    /// </summary>
    /// <param name="tag">The delivery.</param>
    /// <returns>Complete when handed to the connection.</returns>
    ValueTask RejectAsync(DeliveryTag tag);

    /// <summary>
    /// Publishes mandatory to the message's own queue; complete when the broker has confirmed it: a persistent one is safe
    /// on disk then. Pipelined. Who moves a delivery elsewhere publishes it so first and acknowledges the original then.
    /// </summary>
    /// <param name="message">The message; its <see cref="OutboundMessage.MessageId"/> is set.</param>
    /// <returns>Complete on the publisher confirm.</returns>
    /// <exception cref="TransportException">It was returned, refused, not sent, or it is unknown whether it was taken.</exception>
    ValueTask PublishConfirmedAsync(OutboundMessage message);

    /// <summary>Asks the broker whether a delayed command of this service was cancelled.</summary>
    /// <param name="messageId">The command's message id.</param>
    /// <returns>Whether it was.</returns>
    /// <exception cref="TransportException">The broker gives no answer. Until it does, the command must not run.</exception>
    ValueTask<bool> IsCancelledAsync(string messageId);

    /// <summary>
    /// Has the broker forget commands of this service that were cancelled and will not come again. What it has forgotten
    /// before, or never knew, does no harm.
    /// </summary>
    /// <param name="messageIds">The commands' message ids.</param>
    /// <returns>Complete when the broker has forgotten all of them.</returns>
    /// <exception cref="TransportException">It has not, or not all; they are forgotten some weeks later by themselves.</exception>
    Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds);

    /// <summary>
    /// Tells the catalogues that listen of this worker: transient, and lost where nobody listens. Best effort: it never
    /// throws.
    /// </summary>
    /// <param name="announcement">The body, in JSON. It may be reused when the task completes.</param>
    /// <returns>Complete when handed to the connection, or when that failed.</returns>
    ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement);

    /// <summary>
    /// Has the broker hand over more calls than <see cref="WorkerSubscription.CallPrefetch"/>, or as many as that again. Best
    /// effort: it never throws. Default: nothing happens, and an overloaded worker is slower to refuse what it can't serve.
    /// </summary>
    /// <param name="more">How many unsettled calls more; 0 for none.</param>
    /// <returns>Complete when the broker knows, or when that failed.</returns>
    ValueTask WidenCallsAsync(ushort more) => ValueTask.CompletedTask;

    /// <summary>Stops taking deliveries; those taken can still be settled and answered.</summary>
    /// <returns>Complete when the broker has stopped sending.</returns>
    ValueTask StopConsumingAsync();
}

/// <summary>Takes what arrives on a worker's link. Called from the transport's threads; must not block.</summary>
public interface IWorkerSink
{
    /// <summary>A call or a command. Its body is valid only until this returns.</summary>
    /// <param name="queue">The kind of queue it came from.</param>
    /// <param name="message">The message.</param>
    void OnDelivery(QueueKind queue, in InboundMessage message);

    /// <summary>A requester cancelled a call, which may be running here, elsewhere, or not yet have arrived.</summary>
    /// <param name="correlationId">The call.</param>
    void OnCancel(string correlationId);

    /// <summary>A catalogue asks all workers to announce themselves. Default: nothing happens.</summary>
    void OnRollCall()
    {
    }

    /// <summary>A message came to this link's own queue. Its body is valid only until this returns.</summary>
    /// <param name="message">The message.</param>
    void OnControl(in InboundMessage message);

    /// <summary>A reply found no reply queue: its requester is gone.</summary>
    /// <param name="reply">It, as it was sent. Its body is valid only until this returns.</param>
    void OnReplyReturned(in InboundMessage reply);
}

/// <summary>A queue that could not be consumed.</summary>
/// <param name="Queue">Which.</param>
/// <param name="Failure">Why.</param>
public sealed record UnservedQueue(QueueKind Queue, TransportException Failure);

/// <summary>The queues of a service.</summary>
public enum QueueKind
{
    /// <summary><c>service</c>: calls.</summary>
    Calls = 0,

    /// <summary><c>service.commands</c>: commands.</summary>
    Commands = 1,

    /// <summary><c>service.commands.high</c>: urgent commands.</summary>
    HighCommands = 2,

    /// <summary><c>service.commands.0</c> and so on: ordered commands.</summary>
    OrderedCommands = 3,
}

/// <summary>Names a delivery for settling.</summary>
/// <param name="Queue">The kind of queue it came from.</param>
/// <param name="Value">The transport's number for it, unique within its link, kind of queue and partition.</param>
/// <param name="Partition">The partition that an ordered command came from; 0 for others.</param>
public readonly record struct DeliveryTag(QueueKind Queue, ulong Value, int Partition = 0);
