namespace Messaging.Calls;

/// <summary>
/// Bounds the calls of a service that are under way, and with them the memory of the requester and the length of the
/// queue. Those above the limit wait their turn, inside their deadlines.
/// </summary>
internal sealed class CallWindow(int limit)
{
    // Fewer that have ended are not worth a walk along the line.
    private const int EndedKept = 64;

    private readonly Lock _lock = new();
    private readonly Queue<PendingCall> _waiting = new();
    private int _count;
    private int _ended;
    private volatile int _waitingCount;
    private volatile bool _paused;

    /// <summary>How many calls are under way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many calls wait for room.</summary>
    public int Waiting => _waitingCount;

    public int Limit => limit;

    /// <summary>
    /// Whether as many are under way or wait as may be under way. While the connection takes nothing for a moment there
    /// may be room all the same, and those who come wait for it.
    /// </summary>
    public bool IsFull => Count + _waitingCount >= limit;

    /// <summary>Lets a call in. False when there is no room, or when others wait already.</summary>
    public bool TryEnter()
    {
        if (_paused || _waitingCount > 0)
        {
            return false;
        }

        if (Interlocked.Increment(ref _count) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Puts a call in line; it goes on by itself (<see cref="PendingCall.Execute"/>) when it is let in.</summary>
    public void Wait(PendingCall call)
    {
        lock (_lock)
        {
            if (!call.HasEnded)
            {
                _waiting.Enqueue(call);
                _waitingCount = _waiting.Count;
            }
        }

        // Room may have come between the look and now, when nobody waited.
        Admit();
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _count);
        if (_waitingCount > 0)
        {
            Admit();
        }
    }

    /// <summary>
    /// A call ended before it was let in. Its turn may be far off, so that those who have ended are not kept in line
    /// when they are more than the others.
    /// </summary>
    public void GiveUp()
    {
        if (_waitingCount == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (++_ended <= Math.Max(EndedKept, _waiting.Count / 2))
            {
                return;
            }

            _ended = 0;
            for (var left = _waiting.Count; left > 0; left--)
            {
                if (_waiting.Dequeue() is { HasEnded: false } call)
                {
                    _waiting.Enqueue(call);
                }
            }

            _waitingCount = _waiting.Count;
        }
    }

    /// <summary>Lets nobody in while the connection takes nothing.</summary>
    public void Pause(bool paused)
    {
        _paused = paused;
        if (!paused)
        {
            Admit();
        }
    }

    private void Admit()
    {
        while (!_paused)
        {
            PendingCall next;
            lock (_lock)
            {
                if (_waiting.Count == 0 || Volatile.Read(ref _count) >= limit)
                {
                    return;
                }

                next = _waiting.Dequeue();
                _waitingCount = _waiting.Count;
                Interlocked.Increment(ref _count);
            }

            if (next.TryAdmit())
            {
                // Not here: this may be the transport's or the timer's thread, and what comes next is the user's codec.
                ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
            }
            else
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
