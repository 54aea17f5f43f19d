using System.Diagnostics;
using Messaging.RoundTrip.Processes;

namespace Messaging.RoundTrip.Parties;

/// <summary>Everybody who takes part in one measurement, and the broker's processor time beside them.</summary>
internal sealed class Cast : IAsyncDisposable
{
    private readonly List<IParty> _parties = [];
    private readonly int? _broker;

    private Cast(int? broker) => _broker = broker;

    /// <summary>Connects the workers, then the requesters.</summary>
    /// <param name="setup">What the parties agree on; who is in each is added.</param>
    /// <param name="one">How many of each.</param>
    /// <param name="processes">Where each has a process of its own; null puts them all into this one.</param>
    /// <param name="broker">The broker's process, when it is known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Cast> StartAsync(PartySetup setup, Case one, ChildProcesses? processes, int? broker, CancellationToken cancellationToken)
    {
        var cast = new Cast(broker);
        try
        {
            if (processes is null)
            {
                var all = setup with { Workers = one.Workers, Requesters = one.Requesters, Callers = one.Callers };
                cast._parties.Add(await LocalParty.StartAsync(all, cancellationToken));
                return cast;
            }

            await cast.AddAsync(one.Workers, i => PartyProcess.StartAsync(processes.Get("worker", i), setup with { Workers = 1 }, cancellationToken));
            var (each, left) = Math.DivRem(one.Callers, one.Requesters);
            await cast.AddAsync(one.Requesters, i => PartyProcess.StartAsync(
                processes.Get("requester", i), setup with { Requesters = 1, Callers = i < left ? each + 1 : each }, cancellationToken));
            return cast;
        }
        catch
        {
            await cast.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls, and counts for a while.</summary>
    /// <param name="warmUp">How long to call before anything counts.</param>
    /// <param name="measured">How long to count.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>What each party counted, and the broker's processor time.</returns>
    public async Task<(IReadOnlyList<PartyResult> Results, TimeSpan BrokerCpu)> MeasureAsync(TimeSpan warmUp, TimeSpan measured, CancellationToken cancellationToken)
    {
        var ended = Task.WhenAny(_parties.Select(party => party.Ended));
        await Task.WhenAll(_parties.Select(party => party.BeginAsync()));
        await Task.WhenAny(Task.Delay(warmUp, cancellationToken), ended);
        var before = ReadBroker();
        await Task.WhenAll(_parties.Select(party => party.MeasureAsync()));
        await Task.WhenAny(Task.Delay(measured, cancellationToken), ended);
        var brokerCpu = ReadBroker() - before;
        var results = await Task.WhenAll(_parties.Select(party => party.StopAsync()));
        cancellationToken.ThrowIfCancellationRequested();
        return (results, brokerCpu);
    }

    public async ValueTask DisposeAsync()
    {
        // Requesters came last and go first.
        foreach (var party in Enumerable.Reverse(_parties))
        {
            await party.DisposeAsync();
        }
    }

    private async Task AddAsync(int count, Func<int, Task<PartyProcess>> start)
    {
        var starting = Enumerable.Range(0, count).Select(start).ToList();
        try
        {
            await Task.WhenAll(starting);
        }
        finally
        {
            // Those that did start are closed with the rest.
            _parties.AddRange(starting.Where(one => one.IsCompletedSuccessfully).Select(one => one.GetAwaiter().GetResult()));
        }
    }

    private TimeSpan ReadBroker()
    {
        if (_broker is not { } id)
        {
            return TimeSpan.Zero;
        }

        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }
}
