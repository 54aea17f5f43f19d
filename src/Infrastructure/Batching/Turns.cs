using Messaging.Deadlines;

namespace Messaging.Batching;

/// <summary>
/// What turns of the thread pool have put into pumps. While turns serve a burst of calls or replies, whatever they cause
/// to be sent gathers; the last turn to end sends it, without another hop. Code that blocks in a turn can't keep the
/// rest for long: it goes out after a few milliseconds all the same.
/// </summary>
internal sealed class Turns(DeadlineWheel deadlines, TimeProvider time) : DeadlineEntry
{
    // Longer than any turn that is worth waiting for.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(5);

    [ThreadStatic]
    private static Turns? _current;

    [ThreadStatic]
    private static Round? _currentRound;

    private readonly Lock _lock = new();
    private List<IThreadPoolWorkItem> _unsent = [];
    private List<IThreadPoolWorkItem>? _spare = [];
    private long _unsentSince;
    private Round _round = new();

    /// <summary>Those that the current thread is a turn of; null outside of any.</summary>
    public static Turns? Current => _current;

    /// <summary>A turn begins on this thread.</summary>
    public void Enter()
    {
        var round = Volatile.Read(ref _round);
        Interlocked.Increment(ref round.Turns);
        _current = this;
        _currentRound = round;
    }

    /// <summary>The turn ends.</summary>
    public void Leave()
    {
        var round = _currentRound!;
        _current = null;
        _currentRound = null;
        if (Interlocked.Decrement(ref round.Turns) == 0 || !ReferenceEquals(round, Volatile.Read(ref _round)))
        {
            Send();
        }
    }

    /// <summary>Sends what has waited for long, as one of the calls of a turn took its time. Between any two of them.</summary>
    public void Look()
    {
        var since = Volatile.Read(ref _unsentSince);
        if (since != 0 && time.GetElapsedTime(since) > _patience)
        {
            Send();
        }
    }

    /// <summary>Takes a pump that has something to send.</summary>
    public void Add(IThreadPoolWorkItem pump)
    {
        lock (_lock)
        {
            _unsent.Add(pump);
            if (_unsentSince == 0)
            {
                _unsentSince = time.GetTimestamp();
                deadlines.Add(this, Deadline.After(_patience, _unsentSince, time));
            }
        }
    }

    internal override void OnDeadline()
    {
        // A turn is blocked, maybe for good: those that begin from here don't wait for it.
        Volatile.Write(ref _round, new Round());

        // Not from here: this is the timer's thread.
        ThreadPool.UnsafeQueueUserWorkItem(static turns => turns.Send(), this, preferLocal: false);
    }

    private void Send()
    {
        List<IThreadPoolWorkItem> pumps;
        lock (_lock)
        {
            if (_unsent.Count == 0)
            {
                return;
            }

            pumps = _unsent;
            _unsent = _spare ?? [];
            _spare = null;
            _unsentSince = 0;
            deadlines.Remove(this);
        }

        foreach (var pump in pumps)
        {
            pump.Execute();
        }

        pumps.Clear();
        lock (_lock)
        {
            _spare ??= pumps;
        }
    }

    /// <summary>Turns that wait for each other.</summary>
    private sealed class Round
    {
        public int Turns;
    }
}
