namespace Messaging.Faults.Verdicts;

/// <summary>A look at a process's resident memory.</summary>
/// <param name="At">When, since the load began.</param>
/// <param name="Bytes">How much.</param>
public sealed record MemorySample(TimeSpan At, long Bytes);

/// <summary>How a process's resident memory grew after its first minute.</summary>
/// <param name="Process">The process's name.</param>
/// <param name="FirstBytes">The median of the seconds around the end of its first minute.</param>
/// <param name="PeakBytes">The greatest median of as many seconds after that.</param>
/// <param name="LastBytes">The median of its last seconds.</param>
public sealed record MemoryGrowth(string Process, long FirstBytes, long PeakBytes, long LastBytes)
{
    // A collection comes and goes; what stays for longer than this is growth.
    private const int Window = 15;

    /// <summary>The peak as a part of the first minute's end: 0.1 is 10 % more.</summary>
    public double Growth => ((double)PeakBytes / FirstBytes) - 1;

    /// <summary>What the samples of a process say; null where there are none of after its first minute.</summary>
    public static MemoryGrowth? Of(string process, IReadOnlyList<MemorySample> samples)
    {
        if (samples.Count == 0)
        {
            return null;
        }

        var minute = samples[0].At + TimeSpan.FromMinutes(1);
        var before = samples.Where(sample => sample.At <= minute).TakeLast(Window).ToList();
        var after = samples.Where(sample => sample.At > minute).ToList();
        if (after.Count < Window)
        {
            return null;
        }

        var medians = Enumerable.Range(0, after.Count - Window + 1).Select(start => Median(after.Skip(start).Take(Window))).ToList();
        return new MemoryGrowth(process, Median(before), medians.Max(), medians[^1]);
    }

    private static long Median(IEnumerable<MemorySample> samples)
    {
        var ordered = samples.Select(sample => sample.Bytes).Order().ToList();
        return ordered[ordered.Count / 2];
    }
}
