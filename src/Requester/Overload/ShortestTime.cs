namespace Messaging.Overload;

/// <summary>The shortest of many times, in milliseconds. Writes may race: one of them is lost then.</summary>
internal sealed class ShortestTime
{
    // What was short once may be so no more: it comes up slowly.
    private const int Slowness = 256;

    private double _ms = double.PositiveInfinity;

    /// <summary>Zero where none is known.</summary>
    public double Ms => Volatile.Read(ref _ms) is var known && double.IsFinite(known) ? known : 0;

    /// <param name="ms">One more.</param>
    /// <param name="mayRise">Whether it was taken while nothing was in a queue, so that its like is the shortest there is now.</param>
    public void See(double ms, bool mayRise)
    {
        var known = Volatile.Read(ref _ms);
        if (ms < known)
        {
            Volatile.Write(ref _ms, Math.Max(0, ms));
        }
        else if (mayRise)
        {
            Volatile.Write(ref _ms, known + ((ms - known) / Slowness));
        }
    }
}
