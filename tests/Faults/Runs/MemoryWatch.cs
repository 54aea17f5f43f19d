using System.Diagnostics;
using Messaging.Faults.Parties;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Runs;

/// <summary>Looks at the processes' resident memory once a second, as long as there is load.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly Arena _arena;
    private readonly Dictionary<string, List<MemorySample>> _samples = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _watching;

    public MemoryWatch(Arena arena)
    {
        _arena = arena;
        _watching = WatchAsync();
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>What was seen of each process that lived long enough.</returns>
    public async Task<IReadOnlyList<MemoryGrowth>> EndAsync()
    {
        await _ending.CancelAsync();
        await _watching;
        return [.. _samples.Select(process => MemoryGrowth.Of(process.Key, process.Value)).OfType<MemoryGrowth>()];
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _ending.Dispose();
    }

    private async Task WatchAsync()
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                foreach (var party in _arena.Parties())
                {
                    Look(party, Stopwatch.GetElapsedTime(started));
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The load is over.
        }
    }

    private void Look(PartyProcess party, TimeSpan at)
    {
        if (party.ResidentBytes is not { } bytes)
        {
            return;
        }

        if (!_samples.TryGetValue(party.Name, out var samples))
        {
            _samples.Add(party.Name, samples = []);
        }

        samples.Add(new MemorySample(at, bytes));
    }
}
