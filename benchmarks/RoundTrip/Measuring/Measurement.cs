using Messaging.RoundTrip.Parties;

namespace Messaging.RoundTrip.Measuring;

/// <summary>What one system did with one case in one round.</summary>
/// <param name="System">The system's name.</param>
/// <param name="Case">What was measured.</param>
/// <param name="CallsPerSecond">Calls that ended inside the measured time, per second.</param>
/// <param name="P50Us">The median latency in microseconds.</param>
/// <param name="P99Us">The latency in microseconds that one call in a hundred exceeds.</param>
/// <param name="CpuUsPerCall">The processor time of the measured processes per call, in microseconds.</param>
/// <param name="AllocatedBytesPerCall">The managed memory that requesters and workers allocated per call, in bytes.</param>
/// <param name="ShareMax">The calls of the worker that handled most, relative to the mean of all workers: 1 is perfect balance.</param>
/// <param name="HandlerUs">How long a handler took in the mean, in microseconds, measured inside it.</param>
/// <param name="Calls">How many calls all this is of.</param>
/// <param name="SampledAllocations">The bytes that were allocated in each process, by type; empty unless they were sampled.</param>
internal sealed record Measurement(
    string System,
    Case Case,
    double CallsPerSecond,
    double P50Us,
    double P99Us,
    double CpuUsPerCall,
    double AllocatedBytesPerCall,
    double ShareMax,
    double HandlerUs,
    long Calls,
    IReadOnlyList<KeyValuePair<string, long>> SampledAllocations)
{
    /// <summary>Puts together what the parties counted.</summary>
    /// <param name="system">The system's name.</param>
    /// <param name="one">What was measured.</param>
    /// <param name="results">From all parties.</param>
    /// <param name="brokerCpu">The broker's processor time meanwhile.</param>
    /// <exception cref="TimeoutException">No call ended in time.</exception>
    public static Measurement From(string system, Case one, IReadOnlyList<PartyResult> results, TimeSpan brokerCpu)
    {
        var latencies = new LatencyHistogram();
        foreach (var result in results)
        {
            latencies.Add(result.Latencies);
        }

        if (latencies.Count == 0)
        {
            throw new TimeoutException($"{system} answered no call with {one} in {results[0].Elapsed.TotalSeconds:0.0} s. Measure for longer (--seconds).");
        }

        long[] handled = [.. results.SelectMany(result => result.Handled)];
        return new Measurement(
            system,
            one,
            results.Sum(result => result.Latencies.Count / result.Elapsed.TotalSeconds),
            latencies.MicrosecondsAt(0.5),
            latencies.MicrosecondsAt(0.99),
            (results.Sum(result => result.Used.Cpu.TotalMicroseconds) + brokerCpu.TotalMicroseconds) / latencies.Count,
            (double)results.Sum(result => result.Used.AllocatedBytes) / latencies.Count,
            handled.Max() / Math.Max(1, handled.Average()),
            results.Sum(result => result.Busy.TotalMicroseconds) / Math.Max(1, handled.Sum()),
            latencies.Count,
            [.. results.SelectMany(result => result.SampledAllocations)]);
    }
}
