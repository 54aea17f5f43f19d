using System.Diagnostics.CodeAnalysis;
using Messaging.Calls;

namespace Messaging.Overload;

/// <summary>The calls that wait for room, the oldest first: a ring that is taken from at both ends. Not thread-safe.</summary>
internal sealed class CallLine
{
    // Fewer that have ended are not worth a walk along the line.
    private const int EndedKept = 64;

    private PendingCall?[] _ring = new PendingCall?[16];
    private int _first;
    private int _ended;

    public int Count { get; private set; }

    /// <summary>The one that has waited longest. Only where there is one.</summary>
    public PendingCall Oldest => _ring[_first]!;

    public void Add(PendingCall call)
    {
        if (Count == _ring.Length)
        {
            Resize(Count * 2);
        }

        _ring[(_first + Count++) & (_ring.Length - 1)] = call;
    }

    public PendingCall TakeOldest()
    {
        var call = _ring[_first]!;
        _ring[_first] = null;
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
        return call;
    }

    public PendingCall TakeNewest()
    {
        var place = (_first + --Count) & (_ring.Length - 1);
        var call = _ring[place]!;
        _ring[place] = null;
        return call;
    }

    public bool TryTake(bool newest, [NotNullWhen(true)] out PendingCall? call)
    {
        call = Count == 0 ? null : newest ? TakeNewest() : TakeOldest();
        return call is not null;
    }

    /// <summary>One of those in line has ended. They are not kept when they are more than the others.</summary>
    public void ForgetEnded()
    {
        if (++_ended <= Math.Max(EndedKept, Count / 2))
        {
            return;
        }

        _ended = 0;
        for (var left = Count; left > 0; left--)
        {
            if (TakeOldest() is { HasEnded: false } call)
            {
                Add(call);
            }
        }

        if (_ring.Length > 1024 && Count < _ring.Length / 8)
        {
            Resize(_ring.Length / 4);
        }
    }

    private void Resize(int size)
    {
        var ring = new PendingCall?[size];
        for (var i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_first + i) & (_ring.Length - 1)];
        }

        (_ring, _first) = (ring, 0);
    }
}
