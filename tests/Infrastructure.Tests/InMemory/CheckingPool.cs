using System.Buffers;

namespace Messaging.InMemory;

/// <summary>A pool that notices what is returned twice or never, and spoils what is returned so that a late reader shows.</summary>
internal sealed class CheckingPool : ArrayPool<byte>
{
    public const byte Spoiled = 0xDD;

    private readonly Lock _sync = new();
    private readonly HashSet<byte[]> _rented = new(ReferenceEqualityComparer.Instance);
    private int _rents;

    public int Rents => Volatile.Read(ref _rents);

    public int Outstanding
    {
        get
        {
            lock (_sync)
            {
                return _rented.Count;
            }
        }
    }

    public override byte[] Rent(int minimumLength)
    {
        // Longer than asked for, as a pool's arrays are.
        var array = new byte[minimumLength + 3];
        lock (_sync)
        {
            _rented.Add(array);
        }

        Interlocked.Increment(ref _rents);
        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        Array.Fill(array, Spoiled);
        lock (_sync)
        {
            if (!_rented.Remove(array))
            {
                throw new InvalidOperationException("An array was returned twice, or never rented.");
            }
        }
    }

    public void AssertAllReturned() => Assert.Equal(0, Outstanding);
}
