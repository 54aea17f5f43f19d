namespace Messaging.InMemory;

/// <summary>
/// The messages that wait for their delay to pass. They are on disk, so to speak: a stop of the broker costs none, and
/// those that come due meanwhile go to their queues when it starts.
/// </summary>
internal sealed class DelayedMessages : IDisposable
{
    private const int SecondsBetweenTries = 1;

    private readonly InMemoryBroker _broker;
    private readonly Lock _sync = new();
    private readonly PriorityQueue<(string Queue, BrokerMessage Message), (long Due, long Sequence)> _waiting = new();
    private readonly ITimer _timer;
    private long _nextSequence;
    private bool _gone;

    public DelayedMessages(InMemoryBroker broker)
    {
        _broker = broker;
        _timer = broker.Time.CreateTimer(
            static state => ((DelayedMessages)state!).Deliver(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_sync)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a message that its queue can't take at present, and tries again until it can.</summary>
    public void Keep(string queue, BrokerMessage message) => Add(queue, message, SecondsBetweenTries);

    /// <summary>Takes a message and with it the duty to release it.</summary>
    public void Add(string queue, BrokerMessage message, int seconds)
    {
        lock (_sync)
        {
            if (_gone)
            {
                message.Release();
                return;
            }

            Enqueue(queue, message, seconds);
            SetTimer();
        }
    }

    /// <summary>Hands over what is due, unless the broker is stopped.</summary>
    public void Deliver()
    {
        // Within the lock: two at once must not change the order.
        lock (_sync)
        {
            while (_broker.IsRunning && _waiting.TryPeek(out var next, out var when) && when.Due <= _broker.Time.GetTimestamp())
            {
                _waiting.Dequeue();
                if (!_broker.TryKeep(next.Queue, next.Message))
                {
                    Enqueue(next.Queue, next.Message, SecondsBetweenTries);
                }
            }

            SetTimer();
        }
    }

    public void Dispose()
    {
        lock (_sync)
        {
            _gone = true;
            _timer.Dispose();
            while (_waiting.TryDequeue(out var next, out _))
            {
                next.Message.Release();
            }
        }
    }

    private void Enqueue(string queue, BrokerMessage message, int seconds)
    {
        var due = _broker.Time.GetTimestamp() + (seconds * _broker.Time.TimestampFrequency);
        _waiting.Enqueue((queue, message), (due, _nextSequence++));
    }

    private void SetTimer()
    {
        if (_gone || !_broker.IsRunning || !_waiting.TryPeek(out _, out var when))
        {
            return;
        }

        // Rounded up, as a timer that fires too early would find nothing due.
        var left = _broker.Time.GetElapsedTime(_broker.Time.GetTimestamp(), when.Due);
        var milliseconds = Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, uint.MaxValue - 1);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
