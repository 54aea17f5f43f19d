namespace Messaging.InMemory;

/// <summary>
/// A queue that consumers compete for. It pushes: a message goes to the next consumer in turn that has credit, and
/// waits here only while none has. So while messages wait, no consumer has credit.
/// </summary>
internal sealed partial class WorkQueue(string name, QueueArguments arguments, InMemoryBroker broker) : BrokerQueue(name), IDisposable
{
    private readonly Lock _sync = new();
    private readonly ConsumerRing _consumers = new();
    private readonly ReadyMessages _ready = new();
    private long _nextSequence;
    private bool _gone;
    private IdleTimer? _idle;

    public QueueArguments Arguments { get; } = arguments;

    public override bool TryEnqueue(BrokerMessage message)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            if (_gone)
            {
                return false;
            }

            message.Sequence = _nextSequence++;
            if (_ready.Count == 0 && TakeTurn() is { } consumer)
            {
                Give(message, consumer, ref after);
            }
            else
            {
                _ready.Append(message);
                DropExpired(ref after);
            }
        }

        after.Finish(broker, this);
        return true;
    }

    /// <summary>Adds a consumer; false when the queue is gone.</summary>
    public bool TryAdd(Consumer consumer)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            if (_gone)
            {
                return false;
            }

            StopIdling();
            _consumers.Add(consumer);
            Dispatch(ref after);
        }

        after.Finish(broker, this);
        return true;
    }

    /// <summary>Gives a consumer so many unsettled messages more than its prefetch.</summary>
    public void Widen(Consumer consumer, int more)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            consumer.Wider = more;
            Dispatch(ref after);
        }

        after.Finish(broker, this);
    }

    /// <summary>Gives a consumer nothing more. What it has it can still settle.</summary>
    public void Cancel(Consumer consumer)
    {
        lock (_sync)
        {
            Remove(consumer);
        }
    }

    /// <summary>Ends a consumer: what it has not settled goes back to its place.</summary>
    public void Close(Consumer consumer)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            Remove(consumer);
            foreach (var message in consumer.Close())
            {
                PutBack(message, ref after);
            }

            Dispatch(ref after);
        }

        after.Finish(broker, this);
    }

    /// <summary>Settles a delivery; false when the consumer has none of that number.</summary>
    public bool TrySettle(Consumer consumer, ulong tag, Settlement settlement)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            if (!consumer.TryTakeBack(tag, out var message))
            {
                return consumer.IsClosed;
            }

            switch (settlement)
            {
                case Settlement.Requeue:
                    PutBack(message!, ref after);
                    break;
                case Settlement.Reject:
                    Discard(message!, DeadLetterReasons.Rejected, ref after);
                    break;
                default:
                    message!.Release();
                    break;
            }

            Dispatch(ref after);
        }

        after.Finish(broker, this);
        return true;
    }

    /// <summary>Deletes the queue and its messages, and names the consumers that it had.</summary>
    public List<Consumer> Delete()
    {
        lock (_sync)
        {
            MarkGone();
            return _consumers.ToList();
        }
    }

    public void Dispose() => Delete();

    /// <summary>The broker stopped: what is not on disk is lost, and no time counts until it is back.</summary>
    public void Suspend()
    {
        lock (_sync)
        {
            StopIdling();
            foreach (var message in _ready.TakeAll())
            {
                if (message.Persistent || Arguments.Quorum)
                {
                    _ready.PutBack(message);
                }
                else
                {
                    message.Release();
                }
            }
        }
    }

    public void Resume()
    {
        lock (_sync)
        {
            StartIdling();
        }
    }

    private void Dispatch(ref Aftermath after)
    {
        while (_ready.Count > 0)
        {
            DropExpired(ref after);
            if (_ready.Count == 0 || TakeTurn() is not { } consumer)
            {
                return;
            }

            Give(_ready.Take()!, consumer, ref after);
        }
    }

    private static void Give(BrokerMessage message, Consumer consumer, ref Aftermath after)
    {
        if (consumer.Give(message))
        {
            after.Wake(consumer);
        }
    }

    private void PutBack(BrokerMessage message, ref Aftermath after)
    {
        message.Returns++;
        if (_gone)
        {
            message.Release();
        }
        else if (message.Returns > Arguments.DeliveryLimit)
        {
            after.DeadLetter(message, DeadLetterReasons.DeliveryLimit);
        }
        else
        {
            _ready.PutBack(message);
        }
    }

    // Only at the head, as in RabbitMQ: what has expired behind it goes when it gets there.
    private void DropExpired(ref Aftermath after)
    {
        while (_ready.Peek() is { ExpiresAt: < BrokerMessage.NeverExpires } message
            && broker.Time.GetTimestamp() >= message.ExpiresAt)
        {
            _ready.Take();
            Discard(message, DeadLetterReasons.Expired, ref after);
        }
    }

    private void Discard(BrokerMessage message, string reason, ref Aftermath after)
    {
        if (Arguments.DeadLetterQueue is null)
        {
            message.Release();
        }
        else
        {
            after.DeadLetter(message, reason);
        }
    }

    private void Remove(Consumer consumer)
    {
        if (_consumers.Remove(consumer))
        {
            StartIdling();
        }
    }

    private void StartIdling()
    {
        if (!_gone && _consumers.Count == 0 && Arguments.Expiry is { } expiry)
        {
            StopIdling();
            _idle = new IdleTimer(Expire, expiry, broker.Time);
        }
    }

    private void StopIdling()
    {
        _idle?.Dispose();
        _idle = null;
    }

    private void Expire(IdleTimer timer)
    {
        lock (_sync)
        {
            // A timer that was stopped may already have been on its way.
            if (!ReferenceEquals(timer, _idle))
            {
                return;
            }

            MarkGone();
        }

        broker.Forget(this);
    }

    private void MarkGone()
    {
        _gone = true;
        StopIdling();
        foreach (var message in _ready.TakeAll())
        {
            message.Release();
        }
    }
}
