using System.Diagnostics;
using System.Numerics;
using System.Text.Json.Serialization;

namespace Messaging.RoundTrip.Measuring;

/// <summary>
/// Latencies counted in buckets that are at most 1/64 of their value wide, from 1 ns up to <see cref="Limit"/>.
/// Recording is an increment in a small array. Not thread-safe: every caller has its own, merged at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int MaxBits = 37;

    private static readonly double _nanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly int[] _counts;

    public LatencyHistogram()
        : this(new int[(MaxBits - SubBucketBits + 1) * SubBuckets])
    {
    }

    /// <summary>One that was counted elsewhere.</summary>
    /// <param name="counts">Its <see cref="Counts"/>.</param>
    [JsonConstructor]
    public LatencyHistogram(IReadOnlyList<int> counts)
    {
        _counts = [.. counts];
        Count = counts.Sum(count => (long)count);
    }

    /// <summary>Longer latencies are counted as this one: about 137 s.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMicroseconds((1L << MaxBits) / 1e3);

    /// <summary>The buckets, as another process needs them.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>How many latencies were recorded.</summary>
    [JsonIgnore]
    public long Count { get; private set; }

    /// <summary>Counts one latency.</summary>
    /// <param name="stopwatchTicks">The difference of two <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Record(long stopwatchTicks)
    {
        var nanoseconds = Math.Clamp((long)(stopwatchTicks * _nanosecondsPerTick), 0, (1L << MaxBits) - 1);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
    }

    /// <summary>Adds what another one counted.</summary>
    /// <param name="other">Nobody records into it any more.</param>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The latency that a fraction of all recorded ones do not exceed, in microseconds.</summary>
    /// <param name="fraction">From 0 to 1, for example 0.99.</param>
    /// <returns>The middle of its bucket; 0 when nothing was recorded.</returns>
    public double MicrosecondsAt(double fraction)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * fraction));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return (StartOf(i) + StartOf(i + 1)) / 2.0 / 1e3;
            }
        }

        return 0;
    }

    // Values below SubBuckets have a bucket each; above, the six bits after the leading one choose within its octave.
    private static int IndexOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBucketBits;
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long StartOf(int index)
    {
        if (index < SubBuckets)
        {
            return index;
        }

        var shift = (index / SubBuckets) - 1;
        return (long)((index % SubBuckets) + SubBuckets) << shift;
    }
}
