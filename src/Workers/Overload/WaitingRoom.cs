using Messaging.Pipeline;
using Messaging.Wire;

namespace Messaging.Overload;

/// <summary>
/// The calls, or the commands, that wait for a slot: one behind the other, and while the worker is overloaded as
/// <see cref="FairRoom"/> has it. Guarded by <see cref="Running.ConcurrencyGate"/>.
/// </summary>
internal sealed class WaitingRoom(TimeProvider time, int maxMessages = int.MaxValue)
{
    // Over fewer or for less time a rate says nothing.
    private const int CountedAtLeast = 8;
    private static readonly TimeSpan _countedFor = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan _lasting = TimeSpan.FromSeconds(1);

    private readonly Queue<WorkerCall> _line = new();
    private readonly Queue<WorkerCall> _refused = new();
    private readonly FairRoom _fair = new(maxMessages);
    private bool _refusedLast;
    private long _taken;
    private long _takenBefore;
    private long _countedSince;
    private long _fairSince;

    /// <summary>How many calls wait to be begun.</summary>
    public int Waiting => _line.Count + _fair.Count;

    /// <summary>Whether some wait to be told that they are not.</summary>
    public bool HasRefused => _refused.Count > 0;

    /// <summary>Whether nothing waits for anything.</summary>
    public bool IsEmpty => Waiting == 0 && _refused.Count == 0;

    /// <summary>Whether the worker is overloaded.</summary>
    public bool IsFair { get; private set; }

    /// <summary>Whether a slot was free and nobody waited, since this was last reset.</summary>
    public bool WasEmpty { get; set; }

    public void Add(WorkerCall call)
    {
        if (!IsFair)
        {
            _line.Enqueue(call);
            return;
        }

        var nowUs = MonotonicTime.Of(call.Delivery.ArrivedAt, time);
        _fair.Add(call, nowUs);
        while (_fair.TakeHopeless(nowUs) is { } hopeless)
        {
            _refused.Enqueue(hopeless);
        }
    }

    /// <summary>The next that is begun, where there is a slot, or that is refused, which takes none. By turns, so that neither waits for all of the other.</summary>
    public WorkerCall? TakeNext(bool hasSlot)
    {
        if (_refused.Count > 0 && (!_refusedLast || !hasSlot || Waiting == 0))
        {
            _refusedLast = true;
            var refused = _refused.Dequeue();
            refused.IsRefused = true;
            return refused;
        }

        _refusedLast = false;
        if (!hasSlot)
        {
            return null;
        }

        var call = _fair.Count > 0 ? _fair.TakeNext() : null;
        if (call is null && !_line.TryDequeue(out call))
        {
            WasEmpty = true;
            return null;
        }

        _taken++;
        return call;
    }

    /// <summary>Begins to count how many are begun.</summary>
    public void BeginCounting(long now)
    {
        _takenBefore = _taken;
        _countedSince = now;
    }

    /// <summary>The worker is overloaded from here.</summary>
    public void BeginFair(long now)
    {
        IsFair = true;
        _fairSince = now;
        _fair.Lasts = false;
        WasEmpty = false;
        _fair.Rate = 0;
        Count(now);
        var nowUs = MonotonicTime.Of(now, time);
        while (_line.TryDequeue(out var call))
        {
            _fair.Add(call, nowUs);
        }
    }

    /// <summary>It is not any more: who waits is served, and who comes now waits behind them.</summary>
    public void EndFair() => IsFair = false;

    /// <summary>Refuses whom time has passed.</summary>
    public void Look(long now)
    {
        Count(now);
        _fair.Lasts = time.GetElapsedTime(_fairSince, now) >= _lasting;
        _fair.TakeAllHopeless(MonotonicTime.Of(now, time), _refused);
    }

    private void Count(long now)
    {
        var counted = _taken - _takenBefore;
        var elapsed = time.GetElapsedTime(_countedSince, now);
        if (counted >= CountedAtLeast && elapsed >= _countedFor)
        {
            // A time in which nobody waited tells no more than that so many can be begun.
            var rate = counted / elapsed.TotalSeconds;
            _fair.Rate = _fair.Rate == 0 ? rate : WasEmpty ? Math.Max(_fair.Rate, rate) : (_fair.Rate + rate) / 2;
            BeginCounting(now);
        }
    }
}
