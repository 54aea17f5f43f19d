using System.Numerics;

namespace Messaging.Cli.Bench;

/// <summary>
/// Counts durations in buckets that are at most 1/64 as wide as what they hold, so that any percentile is right to 1.6 %
/// in a few kilobytes, however many are counted. Not thread-safe.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 6;
    private const int Steps = 1 << Bits;

    // Microseconds, from 0 to 2^63.
    private readonly long[] _counts = new long[(64 - Bits) * Steps];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan latency)
    {
        latency = latency < TimeSpan.Zero ? TimeSpan.Zero : latency;
        _counts[IndexOf((ulong)(latency.Ticks / TimeSpan.TicksPerMicrosecond))]++;
        Count++;
        Max = latency > Max ? latency : Max;
    }

    public void Add(LatencyHistogram other)
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            _counts[index] += other._counts[index];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>What so many per cent took at most; zero where nothing was counted.</summary>
    public TimeSpan At(double percentile)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percentile / 100));
        long seen = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= wanted)
            {
                var upper = TimeSpan.FromMicroseconds(UpperOf(index));
                return upper < Max ? upper : Max;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>The counts by powers of two, from the first that has any to the last.</summary>
    public IReadOnlyList<(TimeSpan UpTo, long Count)> Bars()
    {
        var bars = new SortedDictionary<int, long>();
        for (var index = 0; index < _counts.Length; index++)
        {
            if (_counts[index] > 0)
            {
                var power = 64 - BitOperations.LeadingZeroCount((ulong)UpperOf(index));
                bars[power] = bars.GetValueOrDefault(power) + _counts[index];
            }
        }

        return bars.Count == 0
            ? []
            : [.. Enumerable.Range(bars.Keys.First(), bars.Keys.Last() - bars.Keys.First() + 1)
                .Select(power => (TimeSpan.FromMicroseconds(Math.Pow(2, power)), bars.GetValueOrDefault(power)))];
    }

    private static int IndexOf(ulong microseconds)
    {
        if (microseconds < 2 * Steps)
        {
            return (int)microseconds;
        }

        var shift = 63 - BitOperations.LeadingZeroCount(microseconds) - Bits;
        return (shift * Steps) + (int)(microseconds >> shift);
    }

    private static long UpperOf(int index)
    {
        if (index < 2 * Steps)
        {
            return index;
        }

        var shift = (index / Steps) - 1;
        return (((long)(index % Steps) + Steps + 1) << shift) - 1;
    }
}
