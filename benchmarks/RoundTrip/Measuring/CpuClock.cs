using System.Diagnostics;

namespace Messaging.RoundTrip.Measuring;

/// <summary>The processor time that this process and the ones it watches have used together.</summary>
/// <param name="otherProcesses">The ids of the other processes.</param>
internal sealed class CpuClock(params IReadOnlyList<int> otherProcesses)
{
    /// <summary>Processor time so far, user and kernel.</summary>
    public TimeSpan Read()
    {
        var total = TimeSpan.Zero;
        using (var own = Process.GetCurrentProcess())
        {
            total += own.TotalProcessorTime;
        }

        foreach (var id in otherProcesses)
        {
            using var process = Process.GetProcessById(id);
            total += process.TotalProcessorTime;
        }

        return total;
    }
}
