using System.Diagnostics;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Measuring;

/// <summary>A closed loop: so many callers, each making its next call when its last one is answered.</summary>
/// <param name="requesters">Started ones, which the callers share evenly.</param>
/// <param name="callers">How many.</param>
internal sealed class CallLoad(IReadOnlyList<IRoundTripSystem> requesters, int callers)
{
    private const int WarmingUp = 0;
    private const int Measuring = 1;
    private const int Stopped = 2;

    /// <summary>How long calls may take to end once no new ones are made.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(40);

    private readonly LatencyHistogram[] _histograms = [.. Enumerable.Range(0, callers).Select(_ => new LatencyHistogram())];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task[] _loops = [];
    private volatile int _phase = WarmingUp;

    /// <summary>The load of a party that only works.</summary>
    public static CallLoad None => new([], 0);

    /// <summary>Complete when the first caller ends. One that ends before it is told to has failed, and so has the load.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the callers.</summary>
    public void Begin() => _loops = [.. _histograms.Select((histogram, i) => CallUntilStoppedAsync(requesters[i % requesters.Count], histogram))];

    /// <summary>Counts the calls that end from now on.</summary>
    public void Measure() => Interlocked.CompareExchange(ref _phase, Measuring, WarmingUp);

    /// <summary>Counts no more and lets the callers make no more calls.</summary>
    public void Stop() => _phase = Stopped;

    /// <summary>Waits until all have stopped, and puts together what they counted.</summary>
    /// <exception cref="TimeoutException">Calls were never answered.</exception>
    public async Task<LatencyHistogram> LatenciesAsync()
    {
        try
        {
            await Task.WhenAll(_loops).WaitAsync(_endLimit);
        }
        catch (TimeoutException timeout) when (_loops.Any(loop => !loop.IsCompleted))
        {
            var faulted = _loops.FirstOrDefault(loop => loop.IsFaulted);
            throw new TimeoutException(
                $"{_loops.Count(loop => !loop.IsCompleted)} of {_loops.Length} callers wait for a reply {_endLimit.TotalSeconds:0} s after the end.",
                faulted?.Exception ?? (Exception)timeout);
        }

        var all = new LatencyHistogram();
        foreach (var histogram in _histograms)
        {
            all.Add(histogram);
        }

        return all;
    }

    private async Task CallUntilStoppedAsync(IRoundTripSystem requester, LatencyHistogram latencies)
    {
        await Task.Yield();
        try
        {
            while (_phase != Stopped)
            {
                var start = Stopwatch.GetTimestamp();
                await requester.CallAsync();
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
            _ended.TrySetResult();
        }
    }
}
