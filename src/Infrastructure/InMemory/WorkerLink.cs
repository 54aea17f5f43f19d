using Messaging.Serialization;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>A worker's link: consumes a service's queues, settles what they deliver, publishes replies.</summary>
internal sealed class WorkerLink : InMemoryLink, IWorkerLink, IReplyQueueOwner
{
    private readonly Inbox _inbox;

    // Written only while the link is opened.
    private readonly Dictionary<(QueueKind Kind, int Partition), Consumer> _consumers = [];

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

    public void ConsumeCommands(WorkerSubscription subscription, QueueArguments arguments)
    {
        var service = subscription.Service;
        Consume(QueueKind.Commands, WireNames.CommandsQueue(service), arguments, subscription.CommandPrefetch);
        if (subscription.HighCommands)
        {
            Consume(QueueKind.HighCommands, WireNames.HighCommandsQueue(service), arguments, subscription.HighCommandPrefetch);
        }

        // Beyond the number there are those that an earlier, larger one left behind.
        for (var partition = 0;
            partition < subscription.CommandPartitions
                || (subscription.CommandPartitions > 0 && Broker.TryFind(WireNames.PartitionQueue(service, partition), out _));
            partition++)
        {
            Consume(QueueKind.OrderedCommands, WireNames.PartitionQueue(service, partition), arguments.OfPartition(partition), prefetch: 1, partition);
        }
    }

    public void Consume(QueueKind kind, string name, QueueArguments arguments, int prefetch, int partition = 0)
    {
        while (true)
        {
            var queue = Broker.Declare(name, arguments);
            var consumer = new Consumer(this, queue, kind, prefetch);
            _consumers[(kind, partition)] = consumer;
            if (queue.TryAdd(consumer))
            {
                if (kind != QueueKind.Calls)
                {
                    Broker.MakeKnown(queue);
                }

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

    public ValueTask PublishConfirmedAsync(OutboundMessage message)
    {
        if (!IsLost && Broker.IsRunning && string.Equals(message.Queue, WireNames.DeadLetterQueue(Service), StringComparison.Ordinal))
        {
            // Somebody may have deleted it.
            Broker.Declare(message.Queue, QueueArguments.DeadLetters);
        }

        return PublishConfirmed(message);
    }

    public ValueTask<bool> IsCancelledAsync(string messageId)
    {
        if (Broker.Faults.RefuseConfirms || Broker.Faults.RefuseQuestions || IsLost || !Broker.IsRunning)
        {
            return ValueTask.FromException<bool>(NoAnswer($"Asking whether '{messageId}' was cancelled"));
        }

        return ValueTask.FromResult(Broker.Cancelled.Contains(Service, messageId));
    }

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds)
    {
        if (IsLost || !Broker.IsRunning)
        {
            return Task.FromException(NoAnswer("Forgetting cancelled commands"));
        }

        foreach (var messageId in messageIds)
        {
            Broker.Cancelled.Forget(Service, messageId);
        }

        return Task.CompletedTask;
    }

    public ValueTask WidenCallsAsync(ushort more)
    {
        if (_consumers.TryGetValue((QueueKind.Calls, 0), out var consumer))
        {
            consumer.Queue.Widen(consumer, more);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask StopConsumingAsync()
    {
        foreach (var consumer in _consumers.Values)
        {
            consumer.Queue.Cancel(consumer);
        }

        await WhenConsumersIdleAsync().ConfigureAwait(false);
    }

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement)
    {
        if (!IsLost)
        {
            Broker.Broadcast(
                WireNames.AnnounceKey, new InboundMessage { Type = WireNames.AnnounceType, ContentType = JsonPayloadSerializer.Json, Body = announcement });
        }

        return ValueTask.CompletedTask;
    }

    public void PostCancel(string correlationId) => _inbox.Post(new Notice(correlationId, null, Returned: false));

    public void PostRollCall() => _inbox.Post(new Notice(null, null, Returned: false));

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

    /// <summary>Completes when all that this link was told has been heard.</summary>
    public Task WhenNoticesHeardAsync() => _inbox.WhenIdleAsync();

    protected override void Close()
    {
        Broker.ForgetWorker(Service, this);
        Broker.Forget(ControlQueue);
        foreach (var consumer in _consumers.Values)
        {
            consumer.Queue.Close(consumer);
        }
    }

    protected override async Task WhenIdleAsync()
    {
        await WhenConsumersIdleAsync().ConfigureAwait(false);
        await _inbox.WhenIdleAsync().ConfigureAwait(false);
    }

    private TransportException NoAnswer(string stage) => IsLost || !Broker.IsRunning
        ? new TransportException(TransportFailure.NotSent, $"{stage}: the link is lost. Open a new one.")
        : new TransportException(TransportFailure.Refused, $"{stage}: the broker refused the question. Ask again later.");

    private async Task WhenConsumersIdleAsync()
    {
        foreach (var consumer in _consumers.Values)
        {
            await consumer.WhenIdleAsync().ConfigureAwait(false);
        }
    }

    private ValueTask Settle(DeliveryTag tag, Settlement settlement)
    {
        if (!IsLost && (!_consumers.TryGetValue((tag.Queue, tag.Partition), out var consumer) || !consumer.Queue.TrySettle(consumer, tag.Value, settlement)))
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
                    if (item.Cancelled is { } cancelled)
                    {
                        link.Sink.OnCancel(cancelled);
                    }
                    else
                    {
                        link.Sink.OnRollCall();
                    }
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
