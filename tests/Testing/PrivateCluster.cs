using System.Globalization;

namespace Messaging.Testing;

/// <summary>
/// A RabbitMQ cluster of one's own on the loopback interface. Every node is a <see cref="PrivateBroker"/> that can be
/// killed, frozen and started again. A node that loses sight of the majority pauses itself (<c>pause_minority</c>).
/// </summary>
public sealed class PrivateCluster : IAsyncDisposable
{
    private const string WrongCookie = "partitioned";
    private const string HealLimitSeconds = "60";

    private readonly string _cookie;

    private PrivateCluster(string cookie, IReadOnlyList<PrivateBroker> nodes)
    {
        _cookie = cookie;
        Nodes = nodes;
    }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<PrivateBroker> Nodes { get; }

    /// <summary>Starts the nodes and joins them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    /// <returns>A cluster in which every node sees the others.</returns>
    /// <exception cref="InvalidOperationException">There is no RabbitMQ installed on this machine, or it did not start.</exception>
    public static async Task<PrivateCluster> StartNewAsync(int count, CancellationToken cancellationToken = default)
    {
        var name = "messaging-" + Guid.NewGuid().ToString("N")[..12];
        var cookie = Guid.NewGuid().ToString("N");
        var starting = Enumerable.Range(1, count)
            .Select(number => PrivateBroker.StartNodeAsync(name, number, cookie, cancellationToken)).ToList();
        try
        {
            var cluster = new PrivateCluster(cookie, await Task.WhenAll(starting));
            foreach (var node in cluster.Nodes.Skip(1))
            {
                await node.RabbitmqctlAsync("stop_app");
                await node.RabbitmqctlAsync("join_cluster", cluster.Nodes[0].NodeName);
                await node.StartAppAsync(cancellationToken);
            }

            return cluster;
        }
        catch
        {
            foreach (var node in starting.Where(node => node.IsCompletedSuccessfully))
            {
                await (await node).DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>
    /// Cuts a node off from the others until <see cref="HealAsync"/>. Erlang nodes talk on ports that only they know, and
    /// firewalls and network namespaces want privileges that a test run may lack. So the node and the others each get a
    /// wrong secret for one another and are disconnected: every attempt to connect again is refused, from both sides,
    /// which is what closed ports look like. Clients, and rabbitmqctl, still reach every node.
    /// </summary>
    /// <param name="minority">The node's place in <see cref="Nodes"/>.</param>
    /// <returns>Complete when it sees nobody.</returns>
    public async Task PartitionAsync(int minority)
    {
        // Both sides learn the wrong secret before any of them is disconnected, or they would connect again at once.
        var alone = Nodes[minority];
        await alone.RabbitmqctlAsync("eval", Each(Others(minority), $"erlang:set_cookie(N, '{WrongCookie}')"));
        foreach (var other in Others(minority))
        {
            await other.RabbitmqctlAsync("eval", Each([alone], $"erlang:set_cookie(N, '{WrongCookie}2')"));
        }

        await alone.RabbitmqctlAsync("eval", Each(Others(minority), "erlang:disconnect_node(N)"));
    }

    /// <summary>Lets a node see the others again, and waits until it serves.</summary>
    /// <param name="minority">The node's place in <see cref="Nodes"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Complete when it runs in the cluster again.</returns>
    public async Task HealAsync(int minority, CancellationToken cancellationToken = default)
    {
        var alone = Nodes[minority];
        await alone.RabbitmqctlAsync("eval", Each(Others(minority), $"erlang:set_cookie(N, '{_cookie}')"));
        foreach (var other in Others(minority))
        {
            await other.RabbitmqctlAsync("eval", Each([alone], $"erlang:set_cookie(N, '{_cookie}'), net_kernel:connect_node(N)"));
        }

        var all = Nodes.Count.ToString(CultureInfo.InvariantCulture);
        foreach (var node in Nodes)
        {
            // A node that has stopped serving as a minority begins again by itself, a moment after it sees the others.
            await node.RabbitmqctlAsync("await_startup", "--timeout", HealLimitSeconds).WaitAsync(cancellationToken);
            await node.RabbitmqctlAsync("await_online_nodes", all, "--timeout", HealLimitSeconds).WaitAsync(cancellationToken);
        }
    }

    /// <summary>Which node leads a quorum queue.</summary>
    /// <param name="queue">Its name.</param>
    /// <returns>The node's place in <see cref="Nodes"/>.</returns>
    public async Task<int> LeaderOfAsync(string queue)
    {
        var answer = await Nodes[0].RabbitmqctlAsync(
            "eval", $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{queue}\">>)), {{ok, _, {{_, Leader}}}} = ra:members(amqqueue:get_pid(Q)), Leader.");
        for (var node = 0; node < Nodes.Count; node++)
        {
            if (answer.Contains(Nodes[node].NodeName, StringComparison.Ordinal))
            {
                return node;
            }
        }

        throw new InvalidOperationException($"The leader of '{queue}' is none of the nodes: {answer}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static string Each(IEnumerable<PrivateBroker> nodes, string expression) =>
        $"[begin {expression} end || N <- [{string.Join(", ", nodes.Select(node => $"'{node.NodeName}'"))}]].";

    private IEnumerable<PrivateBroker> Others(int minority) => Nodes.Where((_, place) => place != minority);
}
