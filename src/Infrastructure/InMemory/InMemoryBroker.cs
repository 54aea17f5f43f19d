using System.Buffers;
using System.Collections.Concurrent;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>
/// A message broker inside the process. It behaves as RabbitMQ does for this library: competing consumers, redelivery
/// of what was not acknowledged, expirations, a delivery limit with dead-lettering for commands. Programs use it when
/// workers and requesters live in one process, tests use it in place of a broker. Thread-safe.
/// </summary>
/// <remarks>
/// <c>UseInMemory()</c> gives every container its own. To connect several containers of one process, create one and
/// pass it to each of them: <c>services.AddMessaging().UseInMemory(broker)</c>.
/// </remarks>
public sealed partial class InMemoryBroker : IDisposable
{
    /// <summary>The largest message body in bytes unless <see cref="MaxMessageBytes"/> says otherwise: 16 MiB, as in RabbitMQ 4.</summary>
    public const int DefaultMaxMessageBytes = 16 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, BrokerQueue> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<InMemoryLink, bool> _links = new();
    private readonly ConcurrentDictionary<string, WorkerLink[]> _workers = new(StringComparer.Ordinal);

    // Held while links open and while the broker stops or starts; never while messages pass.
    private readonly Lock _topology = new();
    private volatile bool _running = true;

    /// <summary>Creates a broker, running and empty.</summary>
    /// <param name="timeProvider">The clock for expirations. Default: the system's.</param>
    public InMemoryBroker(TimeProvider? timeProvider = null)
        : this(timeProvider ?? TimeProvider.System, ArrayPool<byte>.Shared)
    {
    }

    internal InMemoryBroker(TimeProvider time, ArrayPool<byte> pool)
    {
        Time = time;
        Pool = pool;
        Faults = new BrokerFaults(this);
        Delayed = new DelayedMessages(this);
        Cancelled = new CancelledCommands(time);
    }

    /// <summary>The largest message body it takes, in bytes. Default: <see cref="DefaultMaxMessageBytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1.</exception>
    public int MaxMessageBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = DefaultMaxMessageBytes;

    internal TimeProvider Time { get; }

    internal ArrayPool<byte> Pool { get; }

    /// <summary>What can go wrong with a broker, at a test's command.</summary>
    internal BrokerFaults Faults { get; }

    /// <summary>The messages that wait for their delay to pass.</summary>
    internal DelayedMessages Delayed { get; }

    /// <summary>The delayed commands that were cancelled.</summary>
    internal CancelledCommands Cancelled { get; }

    internal bool IsRunning => _running;

    internal IEnumerable<InMemoryLink> Links => _links.Keys;

    /// <summary>Ends every link and drops every queue. A container disposes the broker that it made itself, not one that it was given.</summary>
    public void Dispose()
    {
        Faults.Stop();
        Delayed.Dispose();
        foreach (var queue in WorkQueues())
        {
            Forget(queue);
            queue.Dispose();
        }
    }

    internal bool TryFind(string name, out BrokerQueue queue) => _queues.TryGetValue(name, out queue!);

    /// <summary>Routes by the default exchange. False, and nothing taken, when there is no such queue.</summary>
    internal bool TryRoute(in OutboundMessage message, bool persistent, string? expiration)
    {
        if (message.DelaySeconds is > 0 and var seconds)
        {
            return TryDelay(message, expiration, seconds);
        }

        return _queues.TryGetValue(message.Queue, out var queue) && TryEnqueue(queue, ToContent(message, expiration), persistent, message.ExpirationMs);
    }

    /// <summary>A copy for whoever published it, where no queue took it.</summary>
    internal BrokerMessage Copy(in OutboundMessage message) =>
        new(ToContent(message, expiration: null), message.Persistent, BrokerMessage.NeverExpires, Pool);

    internal bool TryEnqueue(BrokerQueue queue, in InboundMessage content, bool persistent, long? expirationMs)
    {
        var expiresAt = expirationMs is { } milliseconds
            ? Time.GetTimestamp() + (long)(milliseconds / 1000d * Time.TimestampFrequency)
            : BrokerMessage.NeverExpires;
        var message = new BrokerMessage(content, persistent, expiresAt, Pool);
        if (queue.TryEnqueue(message))
        {
            return true;
        }

        message.Release();
        return false;
    }

    internal void Cancel(string service, string correlationId)
    {
        if (_workers.TryGetValue(service, out var links))
        {
            foreach (var link in links)
            {
                link.PostCancel(correlationId);
            }
        }
    }

    internal RequesterLink OpenRequester(InMemoryTransport owner, IRequesterSink sink)
    {
        lock (_topology)
        {
            ThrowIfStopped("Opening a requester's link");
            var link = new RequesterLink(this, owner, sink);
            _queues[link.ReplyTo] = link.ReplyQueue;
            _links[link] = true;
            return link;
        }
    }

    internal WorkerLink OpenWorker(InMemoryTransport owner, WorkerSubscription subscription, IWorkerSink sink)
    {
        var calls = subscription.Calls ? QueueArguments.Calls(subscription) : null;
        var commands = subscription.Commands ? QueueArguments.Commands(subscription) : null;
        lock (_topology)
        {
            ThrowIfStopped($"Opening a worker's link for '{subscription.Service}'");
            Declare(WireNames.DeadLetterQueue(subscription.Service), QueueArguments.DeadLetters);
            var link = new WorkerLink(this, owner, subscription.Service, sink);
            _queues[link.ControlAddress] = link.ControlQueue;
            _links[link] = true;
            _workers.AddOrUpdate(
                subscription.Service, static (_, added) => [added], static (_, links, added) => [.. links, added], link);
            try
            {
                if (calls is not null)
                {
                    link.Consume(QueueKind.Calls, subscription.Service, calls, subscription.CallPrefetch);
                }

                if (commands is not null)
                {
                    link.ConsumeCommands(subscription, commands);
                }
            }
            catch (TransportException e)
            {
                link.Lose(new LinkLoss(e.Message));
                throw;
            }

            return link;
        }
    }

    internal QueueLink OpenQueue(InMemoryTransport owner, string name)
    {
        lock (_topology)
        {
            ThrowIfStopped($"Opening the queue '{name}'");
            if (!_queues.TryGetValue(name, out var queue))
            {
                throw new TransportException(
                    TransportFailure.Unroutable, $"Opening the queue '{name}': there is no such queue. Check the name; a service's workers declare its queues.");
            }

            if (queue is not WorkQueue)
            {
                throw new TransportException(
                    TransportFailure.Misconfigured, $"Opening the queue '{name}': it is a requester's reply queue, which nobody else may read.");
            }

            var link = new QueueLink(this, owner, name);
            _links[link] = true;
            return link;
        }
    }

    internal QueueLook OpenQueueLook(InMemoryTransport owner)
    {
        lock (_topology)
        {
            ThrowIfStopped("Opening a look at queues");
            var link = new QueueLook(this, owner);
            _links[link] = true;
            return link;
        }
    }

    /// <summary>Gets a queue, or creates it. The same name with other arguments is refused.</summary>
    internal WorkQueue Declare(string name, QueueArguments arguments)
    {
        var queue = _queues.TryGetValue(name, out var found)
            ? found
            : _queues.GetOrAdd(name, static (n, state) => new WorkQueue(n, state.Arguments, state.Broker), (Arguments: arguments, Broker: this));
        return queue is WorkQueue declared && declared.Arguments == arguments
            ? declared
            : throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{name}' as {arguments}: it exists as {(queue as WorkQueue)?.Arguments.ToString() ?? "a reply queue"}. Give all workers of a service the same options.");
    }

    internal void Forget(BrokerQueue queue) => _queues.TryRemove(new KeyValuePair<string, BrokerQueue>(queue.Name, queue));

    internal void Forget(InMemoryLink link) => _links.TryRemove(link, out _);

    internal void ForgetWorker(string service, WorkerLink link) =>
        _workers.AddOrUpdate(
            service, static (_, _) => [], static (_, links, gone) => Array.FindAll(links, other => !ReferenceEquals(other, gone)), link);

    internal void SetRunning(bool running)
    {
        lock (_topology)
        {
            _running = running;
        }
    }

    internal IEnumerable<WorkQueue> WorkQueues()
    {
        foreach (var (_, queue) in _queues)
        {
            if (queue is WorkQueue work)
            {
                yield return work;
            }
        }
    }

    private void ThrowIfStopped(string stage)
    {
        if (!_running)
        {
            throw new TransportException(TransportFailure.NotSent, $"{stage}: the in-memory broker is stopped. Start it again.");
        }
    }

    private static InboundMessage ToContent(in OutboundMessage message, string? expiration) => new()
    {
        Type = message.Type,
        ContentType = message.ContentType,
        CorrelationId = message.CorrelationId,
        MessageId = message.MessageId,
        ReplyTo = message.ReplyTo,
        Expiration = expiration,
        UserId = message.UserId,
        Foreign = message.Foreign,
        Headers = message.Headers,
        Body = message.Body,
    };
}
