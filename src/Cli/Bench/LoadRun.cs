namespace Messaging.Cli.Bench;

/// <summary>
/// Calls by a number of callers, each of which calls again when its call has ended. With a rate, calls have due times, and a
/// latency counts from there: a system that stalls is charged with the calls that it held up (no coordinated omission).
/// </summary>
internal sealed class LoadRun(LoadPlan plan, TimeProvider time, Func<CancellationToken, Task> call)
{
    private long _begun;
    private long _ended;
    private long _measured;
    private long _start;

    /// <summary>How many calls have ended.</summary>
    public long Ended => Volatile.Read(ref _ended);

    /// <summary>Whether it measures.</summary>
    public bool IsWarm => Elapsed >= plan.Warmup;

    private TimeSpan Elapsed => time.GetElapsedTime(Volatile.Read(ref _start));

    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _start, time.GetTimestamp());
        var callers = new Caller[plan.Callers];
        var running = new Task[plan.Callers];
        for (var index = 0; index < callers.Length; index++)
        {
            callers[index] = new Caller();
            running[index] = CallAsync(callers[index], cancellationToken);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        var latencies = new LatencyHistogram();
        var outcomes = new Dictionary<StatusCode, long>();
        foreach (var caller in callers)
        {
            latencies.Add(caller.Latencies);
            foreach (var (outcome, count) in caller.Outcomes)
            {
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + count;
            }
        }

        return new LoadResult(latencies, outcomes, Elapsed - plan.Warmup);
    }

    private async Task CallAsync(Caller caller, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var due = plan.Rate is { } rate ? TimeSpan.FromSeconds((Interlocked.Increment(ref _begun) - 1) / rate) : Elapsed;
            if (due >= plan.Warmup + plan.Duration)
            {
                return;
            }

            var wait = due - Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
            else if (Elapsed >= plan.Warmup + plan.Duration)
            {
                // What was due and could not begin in time is left: the bound holds however slow the system is.
                return;
            }

            var measured = due >= plan.Warmup;
            if (measured && plan.Count is { } count && Interlocked.Increment(ref _measured) > count)
            {
                return;
            }

            var outcome = await OutcomeAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _ended);
            if (measured)
            {
                caller.Latencies.Add(Elapsed - due);
                caller.Outcomes[outcome] = caller.Outcomes.GetValueOrDefault(outcome) + 1;
            }
        }
    }

    private async Task<StatusCode> OutcomeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await call(cancellationToken).ConfigureAwait(false);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.Status;
        }
    }

    private sealed class Caller
    {
        public LatencyHistogram Latencies { get; } = new();

        public Dictionary<StatusCode, long> Outcomes { get; } = [];
    }
}
