using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>A worker's link: consumes a service's queues, settles what they deliver, publishes replies.</summary>
internal sealed class WorkerLink : InMemoryLink, IWorkerLink, IReplyQueueOwner
{
    private readonly Inbox _inbox;
    private Consumer? _calls;
    private Consumer? _commands;

    public WorkerLink(InMemoryBroker broker, InMemoryTransport owner, string service, IWorkerSink sink)
        : base(broker, owner)
    {
        Service = service;
        Sink = sink;
        _inbox = new Inbox(this);
        ControlQueue = new ReplyQueue(WireNames.WorkerQueuePrefix + Guid.NewGuid().ToString("N"), this);
    }

    public string ControlAddress => ControlQueue.Name;

    public ReplyQueue ControlQueue { get; }

    public string Service { get; }

    public IWorkerSink Sink { get; }

    public void Consume(QueueKind kind, string name, QueueArguments arguments, int prefetch)
    {
        while (true)
        {
            var queue = Broker.Declare(name, arguments);
            var consumer = new Consumer(this, queue, kind, prefetch);
            if (kind == QueueKind.Calls)
            {
                _calls = consumer;
            }
            else
            {
                _commands = consumer;
            }

            if (queue.TryAdd(consumer))
            {
                return;
            }

            // It expired in this very moment.
            Broker.Forget(queue);
        }
    }

    public ValueTask ReplyAsync(OutboundMessage reply)
    {
        try
        {
            if (!Publish(reply, reply.Persistent))
            {
                _inbox.Post(new Notice(null, Broker.Copy(reply), Returned: true));
            }

            return ValueTask.CompletedTask;
        }
        catch (TransportException e)
        {
            return ValueTask.FromException(e);
        }
    }

    public ValueTask AckAsync(DeliveryTag tag) => Settle(tag, Settlement.Ack);

    public ValueTask RequeueAsync(DeliveryTag tag) => Settle(tag, Settlement.Requeue);

    public ValueTask RejectAsync(DeliveryTag tag) => Settle(tag, Settlement.Reject);

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => PublishConfirmed(message);

    public async ValueTask StopConsumingAsync()
    {
        _calls?.Queue.Cancel(_calls);
        _commands?.Queue.Cancel(_commands);
        await WhenConsumersIdleAsync().ConfigureAwait(false);
    }

    public void PostCancel(string correlationId) => _inbox.Post(new Notice(correlationId, null, Returned: false));

    /// <summary>Takes what was sent to this link alone; false when it is gone.</summary>
    public bool TryDeliver(BrokerMessage message)
    {
        if (IsLost)
        {
            return false;
        }

        _inbox.Post(new Notice(null, message, Returned: false));
        return true;
    }

    protected override void Close()
    {
        Broker.ForgetWorker(Service, this);
        Broker.Forget(ControlQueue);
        _calls?.Queue.Close(_calls);
        _commands?.Queue.Close(_commands);
    }

    protected override async Task WhenIdleAsync()
    {
        await WhenConsumersIdleAsync().ConfigureAwait(false);
        await _inbox.WhenIdleAsync().ConfigureAwait(false);
    }

    private async Task WhenConsumersIdleAsync()
    {
        if (_calls is not null)
        {
            await _calls.WhenIdleAsync().ConfigureAwait(false);
        }

        if (_commands is not null)
        {
            await _commands.WhenIdleAsync().ConfigureAwait(false);
        }
    }

    private ValueTask Settle(DeliveryTag tag, Settlement settlement)
    {
        var consumer = tag.Queue == QueueKind.Calls ? _calls : _commands;
        if (!IsLost && (consumer is null || !consumer.Queue.TrySettle(consumer, tag.Value, settlement)))
        {
            // RabbitMQ closes the channel on this, so the mistake must not pass unseen here either.
            Lose(new LinkLoss($"The delivery {tag} was settled twice, or never made."));
        }

        return ValueTask.CompletedTask;
    }

    private readonly record struct Notice(string? Cancelled, BrokerMessage? Message, bool Returned);

    private sealed class Inbox(WorkerLink link) : Mailbox<Notice>
    {
        protected override void Handle(in Notice item)
        {
            try
            {
                if (link.IsLost)
                {
                    return;
                }

                if (item.Message is not { } message)
                {
                    link.Sink.OnCancel(item.Cancelled!);
                }
                else if (item.Returned)
                {
                    link.Sink.OnReplyReturned(message.Content);
                }
                else
                {
                    link.Sink.OnControl(message.Content);
                }
            }
            finally
            {
                item.Message?.Release();
            }
        }

        protected override void Failed(Exception exception) => link.Fail(exception);
    }
}
