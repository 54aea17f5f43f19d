using System.Diagnostics;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// What a worker's handler does before it answers: nothing, a busy spin (below <see cref="ShortestDelay"/>, as timers are
/// no finer), or a delay that holds no thread. It counts the calls and times itself. Thread-safe.
/// </summary>
/// <param name="duration">How long one call takes.</param>
internal sealed class HandlerWork(TimeSpan duration)
{
    private long _handled;
    private long _busyTicks;

    /// <summary>From here on the handler waits instead of spinning: 1 ms.</summary>
    public static TimeSpan ShortestDelay { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether a call takes no time, so that it can be handled where its delivery arrives.</summary>
    public bool IsInstant => duration == TimeSpan.Zero;

    /// <summary>The calls handled so far.</summary>
    public long Handled => Volatile.Read(ref _handled);

    /// <summary>The time that those calls took together. Timers fire late, so it may be more than was asked for.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _busyTicks));

    /// <summary>Handles one call.</summary>
    public ValueTask RunAsync()
    {
        if (IsInstant)
        {
            Interlocked.Increment(ref _handled);
            return ValueTask.CompletedTask;
        }

        if (duration >= ShortestDelay)
        {
            return DelayAsync();
        }

        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Thread.SpinWait(10);
        }

        Count(start);
        return ValueTask.CompletedTask;
    }

    private async ValueTask DelayAsync()
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(duration);
        Count(start);
    }

    private void Count(long start)
    {
        Interlocked.Add(ref _busyTicks, Stopwatch.GetTimestamp() - start);
        Interlocked.Increment(ref _handled);
    }
}
