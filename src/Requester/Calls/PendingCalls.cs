using System.Diagnostics.CodeAnalysis;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// The calls that have not ended, to be found by their replies. An id is 96 random bits and the number of a place in
/// the table: finding a call is one look, and entering one allocates nothing. Thread-safe.
/// </summary>
internal sealed class PendingCalls
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;

    // Chunks are never moved, so that looking needs no lock.
    private readonly Lock _lock = new();
    private PendingCall?[][] _chunks = [];
    private int[] _free = new int[ChunkSize];
    private int _freeCount;
    private int _used;

    /// <summary>How many calls are in it.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _used - _freeCount;
            }
        }
    }

    /// <summary>Enters a call.</summary>
    /// <returns>Its id.</returns>
    public UInt128 Add(PendingCall call)
    {
        int place;
        PendingCall?[] chunk;
        lock (_lock)
        {
            if (_freeCount > 0)
            {
                place = _free[--_freeCount];
            }
            else
            {
                place = _used++;
                if (place >> ChunkBits == _chunks.Length)
                {
                    PendingCall?[][] grown = [.. _chunks, new PendingCall?[ChunkSize]];
                    Volatile.Write(ref _chunks, grown);
                }
            }

            chunk = _chunks[place >> ChunkBits];
        }

        var id = CorrelationIds.Create(place);
        call.Id = id;
        Volatile.Write(ref chunk[place & (ChunkSize - 1)], call);
        return id;
    }

    /// <summary>
    /// Takes a call out by its id: whoever gets it is the only one. A stream is found and stays, as more comes for it.
    /// </summary>
    public bool TryTake(UInt128 id, [NotNullWhen(true)] out PendingCall? call)
    {
        var place = CorrelationIds.PlaceOf(id);
        var chunks = Volatile.Read(ref _chunks);
        call = null;
        if ((uint)place >= (uint)(chunks.Length << ChunkBits))
        {
            return false;
        }

        var found = Volatile.Read(ref chunks[place >> ChunkBits][place & (ChunkSize - 1)]);
        if (found is null || found.Id != id || !(found.IsStream || TryClear(found, place)))
        {
            return false;
        }

        call = found;
        return true;
    }

    /// <summary>Takes a call out, unless it is out already.</summary>
    public void Remove(PendingCall call) => TryClear(call, CorrelationIds.PlaceOf(call.Id));

    /// <summary>Adds the calls of a moment to a list.</summary>
    public List<PendingCall> ToList()
    {
        var calls = new List<PendingCall>();
        foreach (var chunk in Volatile.Read(ref _chunks))
        {
            for (var i = 0; i < chunk.Length; i++)
            {
                if (Volatile.Read(ref chunk[i]) is { } call)
                {
                    calls.Add(call);
                }
            }
        }

        return calls;
    }

    private bool TryClear(PendingCall call, int place)
    {
        ref var slot = ref Volatile.Read(ref _chunks)[place >> ChunkBits][place & (ChunkSize - 1)];
        if (!ReferenceEquals(Interlocked.CompareExchange(ref slot, null, call), call))
        {
            return false;
        }

        lock (_lock)
        {
            if (_freeCount == _free.Length)
            {
                Array.Resize(ref _free, _freeCount * 2);
            }

            _free[_freeCount++] = place;
        }

        return true;
    }
}
