using Messaging.Overload;

namespace Messaging.Calls;

/// <summary>
/// Bounds the calls of a service that are under way, and with them the memory of the requester and the length of the
/// queue. Those above the limit wait their turn, inside their deadlines. Where not all of them can be answered in time
/// the newest go first, which have most of their time left, and the oldest are refused while their callers can still do
/// something else.
/// </summary>
internal sealed class CallWindow(int most, ServiceLoad load)
{
    // Rates are no promises: a line that would just do in time is too long.
    private const double Trust = 0.85;

    // So much shorter the line has to be for the oldest to have their turn again.
    private const double Relief = 0.25;

    private const double SiftMs = 40;

    // Less than this part of what calls take now is too little.
    private const double Hopeless = 0.75;

    private readonly AdaptiveLimit _limit = load.Limit;
    private readonly Lock _lock = new();
    private readonly CallLine _line = new();
    private int _count;
    private volatile int _waitingCount;
    private volatile bool _paused;
    private bool _newestFirst;
    private double _siftedAt;

    /// <summary>How many calls are under way.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many calls wait for room.</summary>
    public int Waiting => _waitingCount;

    /// <summary>How many calls may be under way at the most.</summary>
    public int Limit => most;

    /// <summary>
    /// Whether as many are under way or wait as may be under way. While the connection takes nothing for a moment there
    /// may be room all the same, and those who come wait for it.
    /// </summary>
    public bool IsFull => Count + _waitingCount >= most;

    /// <summary>Lets a call in. False when there is no room, or when others wait already.</summary>
    public bool TryEnter()
    {
        if (_paused || _waitingCount > 0)
        {
            return false;
        }

        if (Interlocked.Increment(ref _count) <= _limit.Current)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Puts a call in line; it goes on by itself (<see cref="PendingCall.Execute"/>) when it is let in.</summary>
    public void Wait(PendingCall call)
    {
        var now = load.Now;
        load.Watch(now);
        _limit.OnReached(now);
        var rate = load.AnswersPerMs(now);
        List<PendingCall>? refused = null;
        lock (_lock)
        {
            if (!call.HasEnded)
            {
                _line.Add(call);
                if (rate > 0 && !_paused)
                {
                    refused = TakeHopeless(call, rate, now);
                }

                _waitingCount = _line.Count;
            }
        }

        foreach (var late in refused ?? [])
        {
            late.Refuse();
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
            _line.ForgetEnded();
            _waitingCount = _line.Count;
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

    /// <summary>Lets in those that there is room for.</summary>
    public void Admit()
    {
        while (!_paused && _waitingCount > 0)
        {
            PendingCall? next;
            lock (_lock)
            {
                if (Volatile.Read(ref _count) >= _limit.Current || !_line.TryTake(_newestFirst, out next))
                {
                    return;
                }

                _newestFirst &= _line.Count > 0;
                _waitingCount = _line.Count;
                Interlocked.Increment(ref _count);
            }

            if (!_limit.IsOpen && LeftMs(next) < Hopeless * load.CallMs(next.Policy.HandlerTime))
            {
                Interlocked.Decrement(ref _count);
                next.Refuse();
            }
            else if (next.TryAdmit())
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

    /// <summary>Takes out who would be let in too late.</summary>
    /// <param name="newest">Who has just come.</param>
    /// <param name="rate">How many are answered in a millisecond.</param>
    /// <param name="now">The time.</param>
    private List<PendingCall>? TakeHopeless(PendingCall newest, double rate, double now)
    {
        // What is under way beyond the limit has to end first.
        var excess = Math.Max(0, Volatile.Read(ref _count) - _limit.Current);
        var wait = (_line.Count + excess) / rate;
        if (!_newestFirst)
        {
            // While all are in time they go in the order in which they came.
            _newestFirst = wait > Trust * TimeFor(newest);
        }
        else if (wait < Relief * TimeFor(_line.Oldest))
        {
            _newestFirst = false;
        }

        if (!_newestFirst)
        {
            return null;
        }

        List<PendingCall>? hopeless = null;
        while (_line.Count > 0 && IsHopeless(_line.Oldest, _line.Count))
        {
            Take(_line.TakeOldest());
        }

        if (now - _siftedAt > SiftMs)
        {
            // Behind one that has much time there may be others that have not.
            _siftedAt = now;
            for (var newer = _line.Count; newer > 0; newer--)
            {
                var next = _line.TakeOldest();
                if (IsHopeless(next, newer))
                {
                    Take(next);
                }
                else
                {
                    _line.Add(next);
                }
            }
        }

        return hopeless;

        // Those that came after it go first.
        bool IsHopeless(PendingCall call, int newer) => call.HasEnded || (newer + excess) / rate > TimeFor(call);

        void Take(PendingCall call)
        {
            if (!call.HasEnded)
            {
                (hopeless ??= []).Add(call);
            }
        }
    }

    private double TimeFor(PendingCall call) => LeftMs(call) - load.CallMs(call.Policy.HandlerTime);

    private static double LeftMs(PendingCall call) => call.QueueTime.TotalMilliseconds;
}
