using System.Collections.Immutable;
using System.Diagnostics;
using Messaging.RoundTrip.Measuring;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Parties;

/// <summary>A party in this process.</summary>
internal sealed class LocalParty : IParty
{
    private readonly List<IRoundTripSystem> _systems = [];
    private readonly List<HandlerWork> _works = [];
    private CallLoad _load = CallLoad.None;
    private AllocationSampler? _allocations;
    private long _start;
    private ProcessUse _usedBefore = ProcessUse.Own();
    private (long Handled, TimeSpan Busy)[] _workBefore = [];

    private LocalParty()
    {
    }

    public Task Ended => _load.Ended;

    /// <summary>Connects the workers, then the requesters, and makes one call with each of these.</summary>
    /// <param name="setup">Who is in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LocalParty> StartAsync(PartySetup setup, CancellationToken cancellationToken)
    {
        var party = new LocalParty();
        try
        {
            await party.ConnectAsync(setup, cancellationToken);
            return party;
        }
        catch
        {
            await party.DisposeAsync();
            throw;
        }
    }

    public Task BeginAsync()
    {
        _allocations?.Enable();
        _load.Begin();
        return Task.CompletedTask;
    }

    public Task MeasureAsync()
    {
        _workBefore = ReadWork();
        _usedBefore = ProcessUse.Own();
        _allocations?.Start();
        _start = Stopwatch.GetTimestamp();
        _load.Measure();
        return Task.CompletedTask;
    }

    public async Task<PartyResult> StopAsync()
    {
        _load.Stop();
        var elapsed = Stopwatch.GetElapsedTime(_start);
        var used = ProcessUse.Own().Since(_usedBefore);
        var sampled = _allocations?.Stop() ?? ImmutableDictionary<string, long>.Empty;
        var work = ReadWork().Zip(_workBefore, (now, before) => (Handled: now.Handled - before.Handled, Busy: now.Busy - before.Busy)).ToList();
        return new PartyResult
        {
            Handled = [.. work.Select(one => one.Handled)],
            Busy = TimeSpan.FromTicks(work.Sum(one => one.Busy.Ticks)),
            Elapsed = elapsed,
            Used = used,
            SampledAllocations = sampled,
            Latencies = await _load.LatenciesAsync(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _load.Stop();
        _allocations?.Dispose();
        // Requesters were added last and go first.
        foreach (var system in Enumerable.Reverse(_systems))
        {
            await system.DisposeAsync();
        }
    }

    private async Task ConnectAsync(PartySetup setup, CancellationToken cancellationToken)
    {
        var create = SystemCatalog.Open(setup.System);
        for (var i = 0; i < setup.Workers; i++)
        {
            var work = new HandlerWork(setup.Common.Handler);
            _works.Add(work);
            await Add(create()).StartWorkerAsync(setup.Common, work, cancellationToken);
        }

        var requesters = new IRoundTripSystem[setup.Requesters];
        for (var i = 0; i < requesters.Length; i++)
        {
            requesters[i] = Add(create());
            await requesters[i].StartRequesterAsync(setup.Common, cancellationToken);

            // One call alone first: what is broken says so here, and what is built at first use is built by one caller.
            await requesters[i].CallAsync().AsTask().WaitAsync(cancellationToken);
        }

        _load = new CallLoad(requesters, setup.Callers);
        _allocations = setup.SampleAllocations ? new AllocationSampler() : null;
        _workBefore = ReadWork();
    }

    private (long Handled, TimeSpan Busy)[] ReadWork() => [.. _works.Select(work => (work.Handled, work.Busy))];

    private IRoundTripSystem Add(IRoundTripSystem system)
    {
        _systems.Add(system);
        return system;
    }
}
