using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>Makes the broker fail as a real one can, and looks into it. For tests.</summary>
internal sealed class BrokerFaults(InMemoryBroker broker)
{
    private volatile bool _refuseConfirms;
    private volatile bool _lacksQuorum;
    private volatile bool _withholdConfirms;
    private volatile bool _refuseQuestions;

    /// <summary>Whether confirmed publishes are refused (a negative confirm), as by a full queue.</summary>
    public bool RefuseConfirms
    {
        get => _refuseConfirms;
        set => _refuseConfirms = value;
    }

    /// <summary>Whether confirmed publishes are refused as by a queue that nobody leads just now.</summary>
    public bool LacksQuorum
    {
        get => _lacksQuorum;
        set => _lacksQuorum = value;
    }

    /// <summary>Whether workers get no answer to the question whether a command was cancelled.</summary>
    public bool RefuseQuestions
    {
        get => _refuseQuestions;
        set => _refuseQuestions = value;
    }

    /// <summary>Whether confirmed publishes are taken without being confirmed, as by a broker that hangs. Set to false, it confirms them.</summary>
    public bool WithholdConfirms
    {
        get => _withholdConfirms;
        set
        {
            _withholdConfirms = value;
            if (!value)
            {
                foreach (var link in broker.Links)
                {
                    link.ReleaseConfirms();
                }
            }
        }
    }

    /// <summary>The links that are open.</summary>
    public IReadOnlyCollection<ILink> Links => [.. broker.Links];

    /// <summary>Stops the broker: every link is lost, reply queues vanish, and messages that are on no disk too.</summary>
    public void Stop()
    {
        broker.SetRunning(false);
        foreach (var link in broker.Links)
        {
            link.Lose(new LinkLoss("The in-memory broker was stopped."));
        }

        foreach (var queue in broker.WorkQueues())
        {
            queue.Suspend();
        }
    }

    /// <summary>Starts the broker again.</summary>
    public void Start()
    {
        foreach (var queue in broker.WorkQueues())
        {
            queue.Resume();
        }

        broker.SetRunning(true);
        broker.Delayed.Deliver();
    }

    /// <summary>Cuts one link's connection.</summary>
    public static void CutLink(ILink link) => ((InMemoryLink)link).Lose(new LinkLoss("The connection was cut."));

    /// <summary>Cuts every worker's connection to a service.</summary>
    public void CutWorkers(string service)
    {
        foreach (var link in broker.Links)
        {
            if (link is WorkerLink worker && string.Equals(worker.Service, service, StringComparison.Ordinal))
            {
                CutLink(link);
            }
        }
    }

    /// <summary>Cuts every requester's connection.</summary>
    public void CutRequesters()
    {
        foreach (var link in broker.Links)
        {
            if (link is RequesterLink)
            {
                CutLink(link);
            }
        }
    }

    /// <summary>Tells requesters that a service's calls find no queue as a node is away, and why; null that they do again.</summary>
    public void KeepCallsAway(string service, string? why)
    {
        foreach (var link in broker.Links.OfType<RequesterLink>())
        {
            link.Sink.OnCallsAway(service, why);
        }
    }

    /// <summary>Tells requesters that a service's calls are taken in another queue, and what was in the first may be lost.</summary>
    public void MoveCalls(string service)
    {
        foreach (var link in broker.Links.OfType<RequesterLink>())
        {
            link.Sink.OnCallsLost(service, []);
        }
    }

    /// <summary>Deletes a queue and its messages under its consumers, whose links are lost. False when there is none.</summary>
    public bool DeleteQueue(string name)
    {
        if (!broker.TryFind(name, out var queue))
        {
            return false;
        }

        var loss = new LinkLoss($"The queue '{name}' was deleted.");
        broker.Forget(queue);
        switch (queue)
        {
            case WorkQueue work:
                foreach (var consumer in work.Delete())
                {
                    consumer.Link.Lose(loss);
                }

                break;
            case ReplyQueue reply:
                reply.Owner.Lose(loss);
                break;
        }

        return true;
    }

    /// <summary>Has a queue refuse what is more than so many messages, as an operator's policy does; null for any number.</summary>
    public void LimitQueue(string name, int? messages) => broker.Limit(name, messages);

    /// <summary>
    /// Publishes what no well-behaved client would: any header types, missing properties, any size. An expiration that
    /// is a number is honoured; any other is delivered as it is. False when there is no such queue.
    /// </summary>
    public bool RawPublish(string queue, InboundMessage message, bool persistent = false)
    {
        long? expiration = uint.TryParse(message.Expiration, out var milliseconds) ? milliseconds : null;
        return broker.TryFind(queue, out var found) && broker.TryEnqueue(found, message, persistent, expiration);
    }

    /// <summary>Publishes to whoever listens to a routing key, as any client could.</summary>
    public void RawBroadcast(string key, InboundMessage message) => broker.Broadcast(key, message);

    /// <summary>How many messages wait for their delay to pass.</summary>
    public int Delayed => broker.Delayed.Count;

    /// <summary>How many messages workers have and have not settled.</summary>
    public int Unsettled => broker.WorkQueues().Sum(static queue => queue.CountUnsettled());

    /// <summary>How many cancelled commands are remembered.</summary>
    public int Cancelled => broker.Cancelled.Count;

    /// <summary>Forgets all cancelled commands, as an operator would who deletes what remembers them.</summary>
    public void ForgetCancelled() => broker.Cancelled.Clear();

    public bool QueueExists(string name) => broker.TryFind(name, out _);

    /// <summary>The messages that wait in a queue, in order, with bodies of their own. Empty when there is no such queue.</summary>
    public IReadOnlyList<InboundMessage> Peek(string queue) => Inspect(queue, keep: true);

    /// <summary>As <see cref="Peek"/>, and takes them out.</summary>
    public IReadOnlyList<InboundMessage> Take(string queue) => Inspect(queue, keep: false);

    private List<InboundMessage> Inspect(string name, bool keep)
    {
        var messages = new List<InboundMessage>();
        if (broker.TryFind(name, out var queue) && queue is WorkQueue work)
        {
            work.Inspect(
                message => messages.Add(message.Content with
                {
                    Body = message.Content.Body.ToArray(),
                    Redelivered = message.Returns > 0,
                }),
                keep);
        }

        return messages;
    }
}
