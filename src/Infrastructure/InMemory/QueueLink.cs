using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>A look into one queue.</summary>
internal sealed class QueueLink(InMemoryBroker broker, InMemoryTransport owner, string queue) : InMemoryLink(broker, owner), IQueueLink
{
    private readonly Lock _sync = new();
    private readonly Dictionary<ulong, (BrokerMessage Message, WorkQueue Queue)> _unsettled = [];
    private ulong _lastTag;
    private bool _closed;

    public ValueTask<InboundMessage?> GetAsync() => Ask("Getting from", Get);

    public ValueTask AckAsync(ulong deliveryTag)
    {
        if (TryTakeBack(deliveryTag, out var got))
        {
            got.Message.Release();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RequeueAsync(ulong deliveryTag)
    {
        if (TryTakeBack(deliveryTag, out var got))
        {
            got.Queue.GiveBack(got.Message);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => PublishConfirmed(message);

    public ValueTask<long> CountAsync() => Ask("Counting", static (_, queue) => queue.Count());

    public ValueTask<long> PurgeAsync() => Ask("Purging", static (_, queue) => queue.Purge());

    protected override void Close()
    {
        List<(BrokerMessage Message, WorkQueue Queue)> left;
        lock (_sync)
        {
            _closed = true;
            left = [.. _unsettled.Values];
            _unsettled.Clear();
        }

        foreach (var (message, from) in left)
        {
            from.GiveBack(message);
        }
    }

    protected override Task WhenIdleAsync() => Task.CompletedTask;

    private static TransportException NoQueue(string stage, string queue) =>
        new(TransportFailure.Unroutable, $"{stage} '{queue}': there is no such queue. Check the name; a service's workers declare its queues.");

    private static InboundMessage? Get(QueueLink link, WorkQueue queue)
    {
        lock (link._sync)
        {
            if (link._closed)
            {
                throw link.LinkLost("Getting from");
            }

            if (!queue.TryGet(out var message))
            {
                throw NoQueue("Getting from", queue.Name);
            }

            if (message is null)
            {
                return null;
            }

            var tag = ++link._lastTag;
            link._unsettled.Add(tag, (message, queue));
            var shown = new Delivery(message, tag, message.Returns).ToInbound(queue.Arguments.Quorum);
            return shown with { Body = shown.Body.ToArray() };
        }
    }

    private ValueTask<T> Ask<T>(string stage, Func<QueueLink, WorkQueue, T> ask)
    {
        if (IsLost)
        {
            return ValueTask.FromException<T>(LinkLost(stage));
        }

        try
        {
            // By name each time, as RabbitMQ does: the queue may be another one by now.
            return Broker.TryFind(queue, out var found) && found is WorkQueue work
                ? new ValueTask<T>(ask(this, work))
                : throw NoQueue(stage, queue);
        }
        catch (TransportException e)
        {
            // RabbitMQ closes the channel on this.
            Lose(new LinkLoss(e.Message));
            return ValueTask.FromException<T>(e);
        }
    }

    private bool TryTakeBack(ulong deliveryTag, out (BrokerMessage Message, WorkQueue Queue) got)
    {
        bool found, closed;
        lock (_sync)
        {
            found = _unsettled.Remove(deliveryTag, out got);
            closed = _closed;
        }

        if (!found && !closed)
        {
            Lose(new LinkLoss($"The message {deliveryTag} of '{queue}' was settled twice, or never got."));
        }

        return found;
    }

    private TransportException LinkLost(string stage) =>
        new(TransportFailure.NotSent, $"{stage} '{queue}': the link is lost. Open a new one.");
}
