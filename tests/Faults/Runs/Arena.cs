using System.Globalization;
using Messaging.Faults.Ledgers;
using Messaging.Faults.Parties;
using Messaging.Faults.Verdicts;
using Messaging.Testing;
using Messaging.Testing.Proxying;

namespace Messaging.Faults.Runs;

/// <summary>All that a run has running: the broker, the proxy before it, and the processes that talk through that.</summary>
public sealed class Arena : IAsyncDisposable
{
    private readonly RunOptions _options;
    private readonly List<PartyProcess> _parties = [];
    private readonly List<string> _problems = [];
    private readonly Action<string> _say;
    private readonly Ledger _notes;
    private int _started;

    private Arena(RunOptions options, IReadOnlyList<PrivateBroker> nodes, PrivateCluster? cluster, Random random, Action<string> say)
    {
        _options = options;
        _say = say;
        Folder = options.Keep is { } folder ? Directory.CreateDirectory(folder).FullName : Directory.CreateTempSubdirectory("messaging-faults-").FullName;
        _notes = new Ledger(Folder, "operator");
        Nodes = nodes;
        Cluster = cluster;
        Random = random;
        Proxies = [.. nodes.Select(node => new FaultProxy(node.Port, options.Seed))];
    }

    /// <summary>Where the ledgers and logs lie.</summary>
    public string Folder { get; }

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
    public static async Task<Arena> StartAsync(RunOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        var cluster = options.Nodes == 1 ? null : await PrivateCluster.StartNewAsync(options.Nodes, cancellationToken);
        IReadOnlyList<PrivateBroker> nodes = cluster?.Nodes ?? [await PrivateBroker.StartNewAsync(cancellationToken)];
        var arena = new Arena(options, nodes, cluster, new Random(options.Seed), say);
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
    public async Task AddWorkerAsync() => Workers.Add(Keep(await PartyProcess.StartWorkerAsync(NextName("worker"), Folder, PartySettings.Of(_options, _options.Mischief, Proxies, _started))));

    /// <summary>Starts one more requester.</summary>
    public async Task AddRequesterAsync()
    {
        var rate = (_options.Rate / _options.Requesters).ToString(CultureInfo.InvariantCulture);
        Requesters.Add(Keep(await PartyProcess.StartRequesterAsync(
            NextName("requester"), Folder, [.. PartySettings.Of(_options, _options.RequesterMischief, Proxies, _started), new("Party:Rate", rate)])));
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

    /// <summary>Notes what went wrong, in words.</summary>
    public void Complain(string problem) => _problems.Add(problem);

    /// <summary>Does something without which the run can still be judged: what comes of it, or what went wrong with it, noted.</summary>
    public async Task<T> OrComplainAsync<T>(string what, T otherwise, Func<Task<T>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Complain($"{what}: {failure.Message}");
            return otherwise;
        }
    }

    /// <summary>Writes down what an operator does, before he does it.</summary>
    public Task NoteAsync(string what, IEnumerable<string> which)
    {
        var text = $"{what}: {string.Join(", ", which)}";
        _say("        " + text);
        return _notes.WriteAsync(new LedgerLine(LedgerEvent.Operated, text.Replace(' ', '_')));
    }

    /// <summary>Takes the dead letters out of their queue, and keeps a book of them.</summary>
    public async Task TakeDeadLettersAsync(CancellationToken cancellationToken)
    {
        foreach (var letter in await LeftBehind.TakeDeadLettersAsync(Broker.Uri, cancellationToken))
        {
            await _notes.WriteAsync(new LedgerLine(LedgerEvent.DeadLetterTaken, letter.Id, letter.WasStopped ? LedgerLine.Stopped : "-"));
        }
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

        await _notes.DisposeAsync();
        if (_options.Keep is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
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
}
