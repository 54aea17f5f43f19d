using System.Numerics;

namespace Messaging.Catalogue;

/// <summary>
/// What the handlers of one operation have done since the worker started: how many ended after how long, by a histogram
/// whose steps grow with the time, and how many failed. To count one costs an increment or two.
/// </summary>
internal sealed class HandlerLoad
{
    // Eight steps for each doubling: a time is known to 6 %.
    private const int StepBits = 3;
    private const int Steps = 1 << StepBits;

    /// <summary>How many steps there are, up to 2^32 microseconds.</summary>
    public const int Buckets = (32 - StepBits + 1) * Steps;

    private readonly long[] _ended = new long[Buckets];
    private long _failed;

    /// <summary>How many failed.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Counts one that has ended.</summary>
    /// <param name="microseconds">How long it took.</param>
    /// <param name="failed">Whether it failed.</param>
    public void Count(uint microseconds, bool failed)
    {
        Interlocked.Increment(ref _ended[BucketOf(microseconds)]);
        if (failed)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    /// <summary>Copies how many ended in each step of the histogram.</summary>
    public void CopyTo(Span<long> buckets)
    {
        for (var i = 0; i < Buckets; i++)
        {
            buckets[i] = Interlocked.Read(ref _ended[i]);
        }
    }

    /// <summary>The step that a time falls into: up to 15 µs each has its own.</summary>
    public static int BucketOf(uint microseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2(microseconds | 1) - StepBits);
        return (shift << StepBits) + (int)(microseconds >> shift);
    }

    /// <summary>The middle of a step, in microseconds.</summary>
    public static long MiddleOf(int bucket)
    {
        var shift = Math.Max(0, (bucket >> StepBits) - 1);
        var lowest = (long)(bucket - (shift << StepBits)) << shift;
        return lowest + ((1L << shift) / 2);
    }
}
