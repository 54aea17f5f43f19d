namespace Messaging.Deadlines;

/// <summary>
/// A timing wheel: one timer for all deadlines instead of one each, at a resolution of 10 ms. Deadlines never fire
/// early. The timer is set for the earliest slot that holds one: as nearly all calls end before their deadline, it
/// hardly ever fires.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    private const int SlotCount = 1024;

    private static readonly TimeSpan _resolution = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly long _timestampsPerTick;
    private readonly Slot[] _slots;
    private readonly ITimer _timer;

    // Guarded by _ticking.
    private readonly List<DeadlineEntry> _due = [];
    private readonly Lock _ticking = new();
    private readonly Lock _arming = new();
    private long _lastTick;
    private long _armedTick = long.MaxValue;
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
                    slot.Insert(entry);
                    break;
                }
            }
        }

        // The entry must be seen by a tick that is looking for the next slot, or the tick's end be seen here.
        Interlocked.MemoryBarrier();
        if (tick < Volatile.Read(ref _armedTick))
        {
            Arm(tick);
        }
    }

    /// <summary>Takes an entry off. False, and harmless, when it has fired, is firing this moment, or was never added.</summary>
    public bool Remove(DeadlineEntry entry)
    {
        var slot = _slots[entry.Tick % SlotCount];
        lock (slot)
        {
            return slot.Remove(entry);
        }
    }

    public void Dispose()
    {
        lock (_arming)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private void Arm(long tick)
    {
        lock (_arming)
        {
            if (tick >= _armedTick || _disposed)
            {
                return;
            }

            Volatile.Write(ref _armedTick, tick);
            var due = _time.GetElapsedTime(_time.GetTimestamp(), tick * _timestampsPerTick);
            _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTick()
    {
        lock (_ticking)
        {
            lock (_arming)
            {
                Volatile.Write(ref _armedTick, long.MaxValue);
            }

            var now = CurrentTick;
            var from = Math.Max(_lastTick + 1, now - SlotCount + 1);
            for (var tick = from; tick <= now; tick++)
            {
                Volatile.Write(ref _lastTick, tick);
                Fire(_slots[tick % SlotCount], tick);
            }

            ArmNext(now);
        }
    }

    private void ArmNext(long now)
    {
        Interlocked.MemoryBarrier();
        for (var tick = now + 1; tick <= now + SlotCount; tick++)
        {
            if (!_slots[tick % SlotCount].IsEmpty)
            {
                Arm(tick);
                return;
            }
        }
    }

    private void Fire(Slot slot, long tick)
    {
        lock (slot)
        {
            slot.TakeDue(tick, _due);
        }

        // The oldest first.
        for (var i = _due.Count - 1; i >= 0; i--)
        {
            _due[i].OnDeadline();
        }

        _due.Clear();
    }

    private sealed class Slot
    {
        private DeadlineEntry? _first;

        public bool IsEmpty => Volatile.Read(ref _first) is null;

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

        /// <summary>Takes an entry out. False when it is not in.</summary>
        public bool Remove(DeadlineEntry entry)
        {
            if (entry.Previous is not null)
            {
                entry.Previous.Next = entry.Next;
            }
            else if (ReferenceEquals(_first, entry))
            {
                _first = entry.Next;
            }
            else
            {
                return false;
            }

            if (entry.Next is not null)
            {
                entry.Next.Previous = entry.Previous;
            }

            entry.Next = null;
            entry.Previous = null;
            return true;
        }

        /// <summary>Takes out what is due; entries of later rounds of the wheel stay.</summary>
        public void TakeDue(long tick, List<DeadlineEntry> due)
        {
            for (var entry = _first; entry is not null;)
            {
                var next = entry.Next;
                if (entry.Tick <= tick)
                {
                    Remove(entry);
                    due.Add(entry);
                }

                entry = next;
            }
        }
    }
}
