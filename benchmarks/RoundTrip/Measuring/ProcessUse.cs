namespace Messaging.RoundTrip.Measuring;

/// <summary>What a process has used.</summary>
/// <param name="Cpu">Processor time, user and kernel.</param>
/// <param name="AllocatedBytes">Managed memory allocated on all threads, in bytes; exact to a few kilobytes a thread.</param>
internal sealed record ProcessUse(TimeSpan Cpu, long AllocatedBytes)
{
    /// <summary>What this process has used so far.</summary>
    public static ProcessUse Own() => new(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: false));

    /// <summary>What was used since an earlier reading.</summary>
    /// <param name="earlier">That reading.</param>
    public ProcessUse Since(ProcessUse earlier) => new(Cpu - earlier.Cpu, AllocatedBytes - earlier.AllocatedBytes);
}
