namespace Messaging.Overload;

/// <summary>The answers to calls that were sent since the limit was last changed: a round trip of them.</summary>
/// <param name="from">When it was changed.</param>
internal struct WaitRound(double from)
{
    private double _sum;

    public readonly double From => from;

    public int Count { get; private set; }

    public bool HasRefusals { get; private set; }

    /// <summary>How long calls have waited, on average.</summary>
    public readonly double WaitMs => Count == 0 ? 0 : _sum / Count;

    public void Add(double waitMs, bool refused)
    {
        _sum += waitMs;
        Count++;
        HasRefusals |= refused;
    }
}
