using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>A message on its way to a consumer, with what only this delivery has.</summary>
internal readonly record struct Delivery(BrokerMessage Message, ulong Tag, int Returns)
{
    /// <summary>The message as it is shown. The body is the broker's.</summary>
    /// <param name="quorum">Whether it comes from a quorum queue, which counts deliveries.</param>
    public InboundMessage ToInbound(bool quorum)
    {
        ref readonly var content = ref Message.Content;
        return content with
        {
            DeliveryTag = Tag,
            Redelivered = Returns > 0,
            Headers = Returns > 0 && quorum ? Counted() : content.Headers,
        };
    }

    private Dictionary<string, object?> Counted()
    {
        var headers = Message.CopyHeaders();
        headers[WireNames.DeliveryCount] = (long)Returns;
        return headers;
    }
}

/// <summary>A worker link's share of a queue: what it was given and has not settled. Its mutable state is guarded by the queue.</summary>
internal sealed class Consumer(WorkerLink link, WorkQueue queue, QueueKind kind, int prefetch) : Mailbox<Delivery>
{
    private readonly Dictionary<ulong, BrokerMessage> _unsettled = [];
    private ulong _lastTag;
    private volatile bool _closed;

    public WorkQueue Queue { get; } = queue;

    public WorkerLink Link { get; } = link;

    /// <summary>The next of a chain of consumers that a change of the queue woke.</summary>
    public Consumer? NextToWake { get; set; }

    // As in AMQP, no prefetch is no bound.
    public bool HasCredit => prefetch == 0 || _unsettled.Count < prefetch + Wider;

    /// <summary>How many more than its prefetch it takes.</summary>
    public int Wider { get; set; }

    public bool HasUnsettled => _unsettled.Count > 0;

    public int Unsettled => _unsettled.Count;

    /// <summary>Whether it still settles. Once closed it shows nothing more to the sink.</summary>
    public bool IsClosed => _closed;

    /// <summary>Gives it a message. True when it must be woken.</summary>
    public bool Give(BrokerMessage message)
    {
        var tag = ++_lastTag;
        _unsettled.Add(tag, message);
        message.Hold();
        return Put(new Delivery(message, tag, message.Returns));
    }

    public bool TryTakeBack(ulong tag, out BrokerMessage? message) => _unsettled.Remove(tag, out message);

    /// <summary>Closes it and gives up what it has not settled.</summary>
    public List<BrokerMessage> Close()
    {
        _closed = true;
        var left = new List<BrokerMessage>(_unsettled.Values);
        _unsettled.Clear();
        return left;
    }

    protected override void Handle(in Delivery item)
    {
        try
        {
            if (!_closed)
            {
                Link.Sink.OnDelivery(kind, item.ToInbound(Queue.Arguments.Quorum) with { Partition = Queue.Arguments.Partition ?? 0 });
            }
        }
        finally
        {
            item.Message.Release();
        }
    }

    // The message that made it fail stays unsettled and goes back with the link's others.
    protected override void Failed(Exception exception) => Link.Fail(exception);
}
