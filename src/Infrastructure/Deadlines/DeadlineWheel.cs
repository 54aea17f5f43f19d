namespace Messaging.Deadlines;

/// <summary>
/// A timing wheel: one timer for all deadlines instead of one each, at a resolution of 10 ms. Deadlines never fire
/// early. The timer rests while there are none.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    private const int SlotCount = 1024;
    private const int IdleTicksBeforeRest = 100;

    private static readonly TimeSpan _resolution = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly long _timestampsPerTick;
    private readonly Slot[] _slots;
    private readonly ITimer _timer;
    private readonly Lock _ticking = new();
    private long _lastTick;
    private int _count;
    private int _idleTicks;
    private bool _running;
    private bool _disposed;

    public DeadlineWheel(TimeProvider time)
    {
        _time = time;
        _timestampsPerTick = Math.Max(1, (long)(time.TimestampFrequency * _resolution.TotalSeconds));
        _slots = new Slot[SlotCount];
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new Slot();
        }

        _lastTick = CurrentTick;
        _timer = time.CreateTimer(static wheel => ((DeadlineWheel)wheel!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private long CurrentTick => _time.GetTimestamp() / _timestampsPerTick;

    public void Add(DeadlineEntry entry, Deadline deadline)
    {
        // Rounded up, so that nothing fires early.
        var tick = (deadline.Timestamp + _timestampsPerTick - 1) / _timestampsPerTick;
        while (true)
        {
            tick = Math.Max(tick, Volatile.Read(ref _lastTick) + 1);
            var slot = _slots[tick % SlotCount];
            lock (slot)
            {
                // The tick may have been served between the look and the lock; then the next one takes it.
                if (Volatile.Read(ref _lastTick) < tick)
                {
                    entry.Tick = tick;
                    entry.Listed = true;
                    slot.Insert(entry);
                    break;
                }
            }
        }

        Interlocked.Increment(ref _count);
        if (!Volatile.Read(ref _running))
        {
            Wake();
        }
    }

    /// <summary>Takes an entry off. Harmless when it has fired or was never added.</summary>
    public void Remove(DeadlineEntry entry)
    {
        var slot = _slots[entry.Tick % SlotCount];
        lock (slot)
        {
            if (!entry.Listed)
            {
                return;
            }

            slot.Remove(entry);
        }

        Interlocked.Decrement(ref _count);
    }

    public void Dispose()
    {
        lock (_ticking)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private void Wake()
    {
        lock (_ticking)
        {
            if (_running || _disposed)
            {
                return;
            }

            _idleTicks = 0;
            Volatile.Write(ref _running, true);
            _timer.Change(_resolution, _resolution);
        }
    }

    private void OnTick()
    {
        // A tick that comes while one is served has nothing to add: the one that runs reads the clock itself.
        if (!_ticking.TryEnter())
        {
            return;
        }

        try
        {
            if (_disposed)
            {
                return;
            }

            var now = CurrentTick;
            var from = Math.Max(_lastTick + 1, now - SlotCount + 1);
            for (var tick = from; tick <= now; tick++)
            {
                Volatile.Write(ref _lastTick, tick);
                Fire(_slots[tick % SlotCount], tick);
            }

            RestWhenIdle();
        }
        finally
        {
            _ticking.Exit();
        }
    }

    private void Fire(Slot slot, long tick)
    {
        DeadlineEntry? due;
        int taken;
        lock (slot)
        {
            due = slot.TakeDue(tick, out taken);
        }

        Interlocked.Add(ref _count, -taken);
        while (due is not null)
        {
            var next = due.Next;
            due.Next = null;
            due.OnDeadline();
            due = next;
        }
    }

    private void RestWhenIdle()
    {
        if (Volatile.Read(ref _count) > 0)
        {
            _idleTicks = 0;
            return;
        }

        if (++_idleTicks >= IdleTicksBeforeRest)
        {
            Volatile.Write(ref _running, false);

            // An entry added between the count and the flag found the wheel running: look again.
            if (Volatile.Read(ref _count) > 0)
            {
                Volatile.Write(ref _running, true);
                return;
            }

            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Slot
    {
        private DeadlineEntry? _first;

        public void Insert(DeadlineEntry entry)
        {
            entry.Previous = null;
            entry.Next = _first;
            if (_first is not null)
            {
                _first.Previous = entry;
            }

            _first = entry;
        }

        public void Remove(DeadlineEntry entry)
        {
            if (entry.Previous is null)
            {
                _first = entry.Next;
            }
            else
            {
                entry.Previous.Next = entry.Next;
            }

            if (entry.Next is not null)
            {
                entry.Next.Previous = entry.Previous;
            }

            entry.Next = null;
            entry.Previous = null;
            entry.Listed = false;
        }

        /// <summary>Takes out what is due; entries of later rounds of the wheel stay.</summary>
        public DeadlineEntry? TakeDue(long tick, out int taken)
        {
            DeadlineEntry? due = null;
            taken = 0;
            for (var entry = _first; entry is not null;)
            {
                var next = entry.Next;
                if (entry.Tick <= tick)
                {
                    Remove(entry);
                    entry.Next = due;
                    due = entry;
                    taken++;
                }

                entry = next;
            }

            return due;
        }
    }
}
