using System.Diagnostics;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Measuring;

/// <summary>A closed loop: so many callers, each making its next call when the last one is answered.</summary>
/// <param name="system">A started requester.</param>
/// <param name="one">How many callers, and what else the measurement is of.</param>
/// <param name="cpu">Read at both ends of the measured time.</param>
internal sealed class CallLoad(IRoundTripSystem system, Case one, CpuClock cpu)
{
    private const int WarmingUp = 0;
    private const int Measuring = 1;
    private const int Stopped = 2;

    /// <summary>How long calls may take to end once no new ones are made.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(40);

    private volatile int _phase = WarmingUp;

    /// <summary>Runs the load once.</summary>
    /// <param name="name">The system's name, for the measurement.</param>
    /// <param name="warmUp">How long to call before anything counts.</param>
    /// <param name="measured">How long to count.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="TimeoutException">Calls were never answered.</exception>
    public async Task<Measurement> RunAsync(string name, TimeSpan warmUp, TimeSpan measured, CancellationToken cancellationToken)
    {
        var callers = one.Callers;
        var histograms = new LatencyHistogram[callers];
        var loops = new Task[callers];
        for (var i = 0; i < callers; i++)
        {
            histograms[i] = new LatencyHistogram();
            loops[i] = CallUntilStoppedAsync(histograms[i]);
        }

        // A loop that ends before it is told to has failed.
        var failed = Task.WhenAny(loops);
        await Task.WhenAny(Task.Delay(warmUp, cancellationToken), failed);
        var cpuBefore = cpu.Read();
        var start = Stopwatch.GetTimestamp();
        Interlocked.CompareExchange(ref _phase, Measuring, WarmingUp);
        await Task.WhenAny(Task.Delay(measured, cancellationToken), failed);
        _phase = Stopped;
        var elapsed = Stopwatch.GetElapsedTime(start);
        var cpuUsed = cpu.Read() - cpuBefore;
        await AllEndedAsync(loops, name);
        cancellationToken.ThrowIfCancellationRequested();

        var all = new LatencyHistogram();
        foreach (var histogram in histograms)
        {
            all.Add(histogram);
        }

        if (all.Count == 0)
        {
            throw new TimeoutException($"{name} answered no call with {callers} callers in {elapsed.TotalSeconds:0.0} s. Measure for longer (--seconds).");
        }

        return new Measurement(
            name,
            one,
            all.Count / elapsed.TotalSeconds,
            all.MicrosecondsAt(0.5),
            all.MicrosecondsAt(0.99),
            cpuUsed.TotalMicroseconds / all.Count);
    }

    private async Task AllEndedAsync(Task[] loops, string name)
    {
        try
        {
            await Task.WhenAll(loops).WaitAsync(_endLimit);
        }
        catch (TimeoutException timeout) when (loops.Any(loop => !loop.IsCompleted))
        {
            var faulted = loops.FirstOrDefault(loop => loop.IsFaulted);
            throw new TimeoutException(
                $"{loops.Count(loop => !loop.IsCompleted)} of {loops.Length} callers of {name} wait for a reply {_endLimit.TotalSeconds:0} s after the end.",
                faulted?.Exception ?? (Exception)timeout);
        }
    }

    private async Task CallUntilStoppedAsync(LatencyHistogram latencies)
    {
        await Task.Yield();
        try
        {
            while (_phase != Stopped)
            {
                var start = Stopwatch.GetTimestamp();
                await system.CallAsync();
                var took = Stopwatch.GetTimestamp() - start;
                if (_phase == Measuring)
                {
                    latencies.Record(took);
                }
            }
        }
        finally
        {
            // One caller's failure ends the load for all.
            _phase = Stopped;
        }
    }
}
