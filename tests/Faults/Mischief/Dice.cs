using Messaging.Faults.Parties;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Mischief;

/// <summary>Decides when application code and observers misbehave. Seeded; asked from everywhere at once.</summary>
internal sealed class Dice
{
    private readonly Lock _lock = new();
    private readonly double _chance;
    private readonly Random _random;
    private bool _begun;

    public Dice(IOptions<PartyOptions> options)
        : this(options.Value.Mischief, options.Value.Seed)
    {
    }

    public Dice(double chance, int seed)
    {
        _chance = chance;
        _random = new Random(seed);
    }

    /// <summary>Has mischief begin: when the process has started, so that each does.</summary>
    public void Begin() => Volatile.Write(ref _begun, true);

    /// <summary>Whether it is this time.</summary>
    public bool Strikes()
    {
        if (_chance <= 0 || !Volatile.Read(ref _begun))
        {
            return false;
        }

        lock (_lock)
        {
            return _random.NextDouble() < _chance;
        }
    }

    /// <summary>A choice.</summary>
    public int Choose(int count)
    {
        lock (_lock)
        {
            return _random.Next(count);
        }
    }
}
