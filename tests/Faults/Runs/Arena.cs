using System.Globalization;
using Messaging.Faults.Ledgers;
using Messaging.Faults.Parties;
using Messaging.Testing;
using Messaging.Testing.Proxying;

namespace Messaging.Faults.Runs;

/// <summary>All that a run has running: the broker, the proxy before it, and the processes that talk through that.</summary>
public sealed class Arena : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly List<PartyProcess> _parties = [];
    private readonly List<string> _problems = [];
    private int _started;

    private Arena(RunOptions options, IReadOnlyList<PrivateBroker> nodes, PrivateCluster? cluster, Random random)
    {
        _options = options;
        Nodes = nodes;
        Cluster = cluster;
        Random = random;
        Proxies = [.. nodes.Select(node => new FaultProxy(node.Port, options.Seed))];
    }

    /// <summary>Where the ledgers and logs lie.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("messaging-faults-").FullName;

    /// <summary>The broker; the nodes of the cluster.</summary>
    public IReadOnlyList<PrivateBroker> Nodes { get; }

    /// <summary>The cluster; null where there is one node.</summary>
    public PrivateCluster? Cluster { get; }

    /// <summary>What stands before each node.</summary>
    public IReadOnlyList<FaultProxy> Proxies { get; }

    /// <summary>The run's choices.</summary>
    public Random Random { get; }

    /// <summary>The workers that run.</summary>
    public List<PartyProcess> Workers { get; } = [];

    /// <summary>The requesters that run.</summary>
    public List<PartyProcess> Requesters { get; } = [];

    /// <summary>What went wrong with processes, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The broker, of which there is one.</summary>
    public PrivateBroker Broker => Nodes[0];

    /// <summary>Starts the broker, then the workers, then the requesters, which begin at once.</summary>
    public static async Task<Arena> StartAsync(RunOptions options, CancellationToken cancellationToken)
    {
        var cluster = options.Nodes == 1 ? null : await PrivateCluster.StartNewAsync(options.Nodes, cancellationToken);
        IReadOnlyList<PrivateBroker> nodes = cluster?.Nodes ?? [await PrivateBroker.StartNewAsync(cancellationToken)];
        var arena = new Arena(options, nodes, cluster, new Random(options.Seed));
        try
        {
            if (options.Inbox)
            {
                await EffectTable.CreateAsync(arena.Folder);
            }

            for (var worker = 0; worker < options.Workers; worker++)
            {
                await arena.AddWorkerAsync();
            }

            foreach (var node in nodes)
            {
                await node.SyncAsync();
            }

            for (var requester = 0; requester < options.Requesters; requester++)
            {
                await arena.AddRequesterAsync();
            }

            return arena;
        }
        catch
        {
            await arena.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more worker.</summary>
    public async Task AddWorkerAsync() => Workers.Add(Keep(await PartyProcess.StartWorkerAsync(NextName("worker"), Folder, Settings())));

    /// <summary>Starts one more requester.</summary>
    public async Task AddRequesterAsync()
    {
        var rate = (_options.Rate / _options.Requesters).ToString(CultureInfo.InvariantCulture);
        var seed = (_options.Seed + _started).ToString(CultureInfo.InvariantCulture);
        Requesters.Add(Keep(await PartyProcess.StartRequesterAsync(
            NextName("requester"), Folder, [.. Settings(), new("Party:Rate", rate), new("Party:Seed", seed)])));
    }

    /// <summary>Ends a process politely, and notes what is wrong with how it ended.</summary>
    public async Task TerminateAsync(PartyProcess party, TimeSpan limit)
    {
        Workers.Remove(party);
        Requesters.Remove(party);
        try
        {
            var code = await party.TerminateAsync().WaitAsync(limit);
            if (code != 0)
            {
                _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{party.Name} ended with {code}"));
            }
        }
        catch (TimeoutException)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{party.Name} had not ended {limit.TotalSeconds:0} s after SIGTERM"));
        }

        await ForgetAsync(party);
    }

    /// <summary>Kills a process.</summary>
    public async Task KillAsync(PartyProcess party)
    {
        Workers.Remove(party);
        Requesters.Remove(party);
        await party.KillAsync();
        await ForgetAsync(party);
    }

    /// <summary>The processes as they are now; may be asked for while they come and go.</summary>
    public IReadOnlyList<PartyProcess> Parties()
    {
        lock (_parties)
        {
            return [.. _parties];
        }
    }

    /// <summary>Notes what ended although nobody ended it.</summary>
    public void CheckAlive() =>
        _problems.AddRange(_parties.Where(party => party.HasExited).Select(party => $"{party.Name} has ended by itself"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var party in _parties)
        {
            await party.DisposeAsync();
        }

        foreach (var proxy in Proxies)
        {
            await proxy.DisposeAsync();
        }

        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private async Task ForgetAsync(PartyProcess party)
    {
        lock (_parties)
        {
            _parties.Remove(party);
        }

        await party.DisposeAsync();
    }

    private PartyProcess Keep(PartyProcess party)
    {
        lock (_parties)
        {
            _parties.Add(party);
        }

        return party;
    }

    private string NextName(string role) => string.Create(CultureInfo.InvariantCulture, $"{role}-{++_started:000}");

    private IEnumerable<KeyValuePair<string, string>> Settings()
    {
        for (var node = 0; node < Nodes.Count; node++)
        {
            yield return new(string.Create(CultureInfo.InvariantCulture, $"Messaging:RabbitMq:Endpoints:{node}"), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Proxies[node].Port}"));
        }

        yield return new("Messaging:RabbitMq:Heartbeat", "00:00:02");
        yield return new($"Messaging:Workers:{IProbe.Name}:CommandDeliveryLimit", _options.DeliveryLimit.ToString(CultureInfo.InvariantCulture));
        yield return new("Party:Handling", _options.Handling.ToString("c", CultureInfo.InvariantCulture));
        yield return new("Party:MaxUnderWay", _options.MaxUnderWay.ToString(CultureInfo.InvariantCulture));
        if (_options.Concurrency > 0)
        {
            yield return new($"Messaging:Workers:{IProbe.Name}:Concurrency", _options.Concurrency.ToString(CultureInfo.InvariantCulture));
        }

        yield return new("Party:CallShare", _options.CallShare.ToString(CultureInfo.InvariantCulture));
        yield return new("Party:Inbox", _options.Inbox.ToString());
        if (Nodes.Count > 1)
        {
            // A classic queue is on one node and gone while that is: so are the workers that can't declare it.
            yield return new($"Messaging:Workers:{IProbe.Name}:CallQueue", nameof(CallQueueType.Quorum));
        }
    }
}
