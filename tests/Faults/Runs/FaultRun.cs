using System.Diagnostics;
using System.Globalization;
using Messaging.Faults.Ledgers;
using Messaging.Faults.Operators;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Runs;

/// <summary>A run: load for a while, faults meanwhile, then a verdict.</summary>
public static class FaultRun
{
    /// <summary>Runs to the end.</summary>
    /// <param name="options">What.</param>
    /// <param name="say">Told what happens.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    public static async Task<(Verdict Verdict, int Faults)> ExecuteAsync(RunOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        await using var arena = await Arena.StartAsync(options, say, cancellationToken);
        int faults;
        IReadOnlyList<MemoryGrowth> memory;
        await using (var watch = new MemoryWatch(arena))
        {
            faults = await DisturbAsync(arena, options, say, cancellationToken);
            memory = await watch.EndAsync();
        }

        say("no more load; waiting for what is under way");
        arena.CheckAlive();
        await Task.WhenAll(arena.Requesters.ToArray().Select(requester => arena.TerminateAsync(requester, FaultCatalog.DrainLimit)));
        var busy = await arena.OrComplainAsync<IReadOnlyList<QueueCount>>(
            "waiting for what is under way", [], () => Quiet.WaitAsync(arena.Broker, options.QuietLimit, cancellationToken), cancellationToken);
        arena.CheckAlive();
        await Task.WhenAll(arena.Workers.ToArray().Select(worker => arena.TerminateAsync(worker, FaultCatalog.DrainLimit)));

        var left = await arena.OrComplainAsync(
            "draining the queues, so that what is in them counts as lost", new LeftBehind([], []), () => LeftBehind.DrainAsync(arena.Broker, cancellationToken), cancellationToken);
        if (options.Inbox)
        {
            await EffectTable.CopyToLedgerAsync(arena.Folder);
        }

        var verdict = Oracle.Judge(arena.Folder, left.After(busy), exactlyOnce: options.Inbox, options.Lateness);
        verdict = verdict with { Memory = memory, Unexpected = [.. verdict.Unexpected, .. arena.Problems] };
        if (options.Keep is not null)
        {
            await verdict.WriteAsync(Path.Combine(arena.Folder, "verdict.txt"));
        }

        return (verdict, faults);
    }

    private static async Task<int> DisturbAsync(Arena arena, RunOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var next = new Queue<string>();
        var faults = 0;
        while (options.Faults.Count > 0)
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            var due = TimeSpan.FromTicks(Math.Max(elapsed.Ticks, options.Every.Ticks * (faults + 1)));
            if (options.MaxFaults == 0 ? due >= options.Duration : faults == options.MaxFaults)
            {
                break;
            }

            // The rate of faults is what is asked for, not a wait for something to happen.
            await Task.Delay(due - elapsed, cancellationToken);
            if (next.Count == 0)
            {
                // Each once in an order of chance, then each once again.
                var shuffled = options.Faults.ToArray();
                arena.Random.Shuffle(shuffled);
                next = new Queue<string>(shuffled);
            }

            var fault = next.Dequeue();
            var injected = Stopwatch.GetTimestamp();
            await arena.OrComplainAsync(
                fault,
                otherwise: false,
                async () =>
                {
                    await FaultCatalog.InjectAsync(fault, arena, cancellationToken);
                    return true;
                },
                cancellationToken);
            faults++;
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  {faults,3}  {fault}, over after {Stopwatch.GetElapsedTime(injected).TotalSeconds:0.0} s"));
            arena.CheckAlive();
        }

        var rest = options.Duration - Stopwatch.GetElapsedTime(started);
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
        return faults;
    }
}
