using Messaging.Faults.Operators;

namespace Messaging.Faults.Runs;

/// <summary>The faults that a run can inject, by name. Each ends with what it broke healed, or replaced.</summary>
public static class FaultCatalog
{
    /// <summary>The longest that a process may take to end after SIGTERM: the host's own limit, and a little.</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(35);

    private static readonly TimeSpan _disturbance = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, Func<Arena, CancellationToken, Task>> _faults = new(StringComparer.Ordinal)
    {
        ["broker-kill"] = async (arena, token) =>
        {
            await arena.Broker.KillAsync();
            await arena.Broker.StartAsync(token);
        },
        ["broker-restart"] = async (arena, token) => await arena.Broker.RestartAsync(token),
        ["broker-freeze"] = async (arena, token) =>
        {
            await arena.Broker.FreezeAsync();
            await Task.Delay(_disturbance, token);
            await arena.Broker.ThawAsync();
        },
        ["worker-kill"] = async (arena, _) =>
        {
            await arena.KillAsync(Any(arena, arena.Workers));
            await arena.AddWorkerAsync();
        },
        ["worker-term"] = async (arena, _) =>
        {
            await arena.TerminateAsync(Any(arena, arena.Workers), DrainLimit);
            await arena.AddWorkerAsync();
        },
        ["worker-freeze"] = async (arena, token) =>
        {
            var frozen = Any(arena, arena.Workers);
            await frozen.FreezeAsync();
            await Task.Delay(2 * _disturbance, token);
            await frozen.ThawAsync();
        },
        ["roll-out"] = async (arena, _) =>
        {
            // As an orchestrator does it: the new one first, then the old one goes.
            foreach (var old in arena.Workers.ToArray())
            {
                await arena.AddWorkerAsync();
                await arena.TerminateAsync(old, DrainLimit);
            }
        },
        ["requester-kill"] = async (arena, _) =>
        {
            await arena.KillAsync(Any(arena, arena.Requesters));
            await arena.AddRequesterAsync();
        },
        ["requester-term"] = async (arena, _) =>
        {
            await arena.TerminateAsync(Any(arena, arena.Requesters), DrainLimit);
            await arena.AddRequesterAsync();
        },
        ["reset"] = (arena, _) =>
        {
            foreach (var proxy in arena.Proxies)
            {
                proxy.Reset();
            }

            return Task.CompletedTask;
        },
        ["blackhole"] = (arena, token) => DisturbAsync(arena, static proxy => proxy.Silence(), token),
        ["delay"] = (arena, token) => DisturbAsync(
            arena,
            static proxy =>
            {
                proxy.Upstream.Jitter = TimeSpan.FromMilliseconds(200);
                proxy.Downstream.Jitter = TimeSpan.FromMilliseconds(200);
            },
            token),
        ["trickle"] = (arena, token) => DisturbAsync(arena, static proxy => proxy.Upstream.BytesPerSecond = 1024, token),
        ["node-kill"] = async (arena, token) =>
        {
            var node = Any(arena, arena.Nodes);
            await node.KillAsync();
            await Task.Delay(_disturbance, token);
            await node.StartAsync(token);
        },
        ["rolling-restart"] = async (arena, token) =>
        {
            foreach (var node in arena.Nodes)
            {
                await node.StopAppAsync();
                await Task.Delay(_disturbance, token);
                await node.StartAppAsync(token);
                await Task.Delay(_disturbance, token);
            }
        },
        ["leader-kill"] = async (arena, token) =>
        {
            var leader = Cluster(arena).Nodes[await Cluster(arena).LeaderOfAsync(IProbe.Name + ".commands")];
            await leader.KillAsync();
            await Task.Delay(_disturbance, token);
            await leader.StartAsync(token);
        },
        ["quorum-loss"] = async (arena, token) =>
        {
            var survivor = arena.Random.Next(Cluster(arena).Nodes.Count);
            var others = Cluster(arena).Nodes.Where((_, place) => place != survivor).ToList();
            await Task.WhenAll(others.Select(node => node.KillAsync()));
            await Task.Delay(_disturbance, token);
            await Task.WhenAll(others.Select(node => node.StartAsync(token)));
        },
        ["partition"] = async (arena, token) =>
        {
            var minority = arena.Random.Next(Cluster(arena).Nodes.Count);
            await Cluster(arena).PartitionAsync(minority);
            await Task.Delay(2 * _disturbance, token);
            await Cluster(arena).HealAsync(minority, token);
        },
    };

    // What an operator does, to whatever is there or to what is named: queue-delete or queue-delete:probe.dead.
    private static readonly Dictionary<string, Func<Arena, string?, CancellationToken, Task>> _operators = new(StringComparer.Ordinal)
    {
        ["queue-delete"] = Operator.DeleteQueuesAsync,
        ["exchange-delete"] = Operator.DeleteExchangesAsync,
        ["binding-delete"] = Operator.DeleteBindingsAsync,
        ["queue-fill"] = (arena, target, token) => Operator.FillQueuesAsync(arena, target, _disturbance, token),
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. _faults.Keys, .. _operators.Keys];

    /// <summary>Whether there is such a fault.</summary>
    public static bool Has(string fault) => _faults.ContainsKey(fault) || _operators.ContainsKey(Split(fault).Name);

    /// <summary>Injects a fault and heals it.</summary>
    public static Task InjectAsync(string fault, Arena arena, CancellationToken cancellationToken) =>
        _faults.TryGetValue(fault, out var inject)
            ? inject(arena, cancellationToken)
            : _operators[Split(fault).Name](arena, Split(fault).Target, cancellationToken);

    private static (string Name, string? Target) Split(string fault) =>
        fault.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (fault[..colon], fault[(colon + 1)..]) : (fault, null);

    private static Testing.PrivateCluster Cluster(Arena arena) =>
        arena.Cluster ?? throw new InvalidOperationException("This fault needs a cluster: ask for 3 nodes.");

    private static T Any<T>(Arena arena, IReadOnlyList<T> choices) => choices[arena.Random.Next(choices.Count)];

    private static async Task DisturbAsync(Arena arena, Action<Testing.Proxying.FaultProxy> disturb, CancellationToken cancellationToken)
    {
        foreach (var proxy in arena.Proxies)
        {
            disturb(proxy);
        }

        await Task.Delay(_disturbance, cancellationToken);
        foreach (var proxy in arena.Proxies)
        {
            proxy.Heal();
        }
    }
}
