using System.Diagnostics;
using Messaging.RoundTrip.Processes;

namespace Messaging.RoundTrip.Parties;

/// <summary>Everybody who takes part in one measurement, and the broker's processor time beside them.</summary>
internal sealed class Cast : IAsyncDisposable
{
    private readonly List<IParty> _parties = [];
    private readonly MeasuredBroker _broker;

    private Cast(MeasuredBroker broker) => _broker = broker;

    /// <summary>Connects the workers, then the requesters.</summary>
    /// <param name="system">The system's name.</param>
    /// <param name="one">How many of each.</param>
    /// <param name="options">Whether they have processes of their own.</param>
    /// <param name="broker">The broker they share.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Cast> StartAsync(string system, Case one, RunOptions options, MeasuredBroker broker, CancellationToken cancellationToken)
    {
        var setup = new PartySetup { System = system, Common = options.SetupOf(one, broker.Uri), SampleAllocations = options.Allocations };
        var cast = new Cast(broker);
        try
        {
            if (options.Split)
            {
                await cast.AddAsync(Enumerable.Repeat(setup with { Workers = 1 }, one.Workers), cancellationToken);
                await cast.AddRequestersAsync(setup, one, cancellationToken);
            }
            else
            {
                var all = setup with { Workers = one.Workers, Requesters = one.Requesters, Callers = one.Callers };
                cast._parties.Add(await LocalParty.StartAsync(all, cancellationToken));
            }

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

    // A single requester stays in this process: compiled code stays warm from one measurement to the next.
    private async Task AddRequestersAsync(PartySetup setup, Case one, CancellationToken cancellationToken)
    {
        if (one.Requesters == 1)
        {
            _parties.Add(await LocalParty.StartAsync(setup with { Requesters = 1, Callers = one.Callers }, cancellationToken));
            return;
        }

        var (each, left) = Math.DivRem(one.Callers, one.Requesters);
        var shares = Enumerable.Range(0, one.Requesters).Select(i => setup with { Requesters = 1, Callers = i < left ? each + 1 : each });
        await AddAsync(shares, cancellationToken);
    }

    private async Task AddAsync(IEnumerable<PartySetup> setups, CancellationToken cancellationToken)
    {
        var starting = setups.Select(setup => PartyProcess.StartAsync(setup, cancellationToken)).ToList();
        try
        {
            await Task.WhenAll(starting);
        }
        finally
        {
            // Those that did start are closed with the rest.
            _parties.AddRange(starting.Where(start => start.IsCompletedSuccessfully).Select(start => start.GetAwaiter().GetResult()));
        }
    }

    private TimeSpan ReadBroker()
    {
        if (_broker.ProcessId is not { } id)
        {
            return TimeSpan.Zero;
        }

        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }
}
