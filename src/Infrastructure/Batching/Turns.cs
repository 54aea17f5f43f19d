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

    private readonly Lock _lock = new();
    private List<IThreadPoolWorkItem> _unsent = [];
    private List<IThreadPoolWorkItem>? _spare = [];
    private long _unsentSince;
    private int _count;

    /// <summary>Those that the current thread is a turn of; null outside of any.</summary>
    public static Turns? Current => _current;

    /// <summary>A turn begins on this thread.</summary>
    public void Enter()
    {
        _current = this;
        Interlocked.Increment(ref _count);
    }

    /// <summary>The turn ends.</summary>
    public void Leave()
    {
        _current = null;
        if (Interlocked.Decrement(ref _count) == 0)
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

    // A turn is blocked. What is sent is not sent from here: this is the timer's thread.
    internal override void OnDeadline() => ThreadPool.UnsafeQueueUserWorkItem(static turns => turns.Send(), this, preferLocal: false);

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
}
