using System.Globalization;
using Messaging.Testing.Brokers;

namespace Messaging.Testing;

/// <summary>
/// A RabbitMQ of one's own: on free ports of the loopback interface, with all its data in a temporary folder, gone with
/// everything it wrote when this is disposed or when this process ends in whatever way. It runs the installed
/// rabbitmq-server, or that of the root folder that the environment variable MESSAGING_TEST_BROKER names, or the image
/// that MESSAGING_TEST_IMAGE names, in Docker.
/// </summary>
public sealed class PrivateBroker : IAsyncDisposable
{
    /// <summary>The environment variable that names a root folder whose RabbitMQ runs instead of the installed one.</summary>
    public const string RootVariable = BrokerChoice.RootVariable;

    private const int Attempts = 5;
    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(50);

    private readonly IBrokerHost _host;
    private readonly Watchdog _watchdog;

    private PrivateBroker(IBrokerHost host)
    {
        _host = host;
        _watchdog = new Watchdog(host);
    }

    /// <summary>Whether what runs here can be a node of a <see cref="PrivateCluster"/>.</summary>
    public static bool CanFormClusters => BrokerChoice.CanFormClusters;

    /// <summary>The version of RabbitMQ, as it stated it when it last became ready.</summary>
    public Version Version { get; private set; } = new();

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port => _host.Port;

    /// <summary>The name of its Erlang node, where it does not run in Docker.</summary>
    public string NodeName => _host.Environment["RABBITMQ_NODENAME"];

    /// <summary>Where it listens, with the credentials of its administrator (guest).</summary>
    public Uri Uri => UriFor("guest", "guest");

    /// <summary>Starts a broker and waits until it is ready.</summary>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    /// <returns>A broker that answers.</returns>
    /// <exception cref="InvalidOperationException">There is no RabbitMQ on this machine, or it did not start; the message carries its log.</exception>
    public static async Task<PrivateBroker> StartNewAsync(CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = "messaging-" + Guid.NewGuid().ToString("N")[..12];
            var broker = new PrivateBroker(BrokerChoice.Single(name));
            try
            {
                await broker.StartAsync(cancellationToken);
                return broker;
            }
            catch (BrokerEndedException) when (attempt < Attempts)
            {
                // Most likely somebody took a port between choosing and using it: others are chosen next time.
                await broker.DisposeAsync();
            }
            catch
            {
                await broker.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts one node of a cluster that is yet to be formed. A container can't be one.</summary>
    internal static async Task<PrivateBroker> StartNodeAsync(string cluster, int number, string cookie, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{cluster}-{number}");
        var broker = new PrivateBroker(BrokerChoice.Node(name, new ClusterMembership(cluster, cookie)));
        try
        {
            await broker.StartAsync(cancellationToken);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>The broker's address with other credentials.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <returns>An amqp URI.</returns>
    public Uri UriFor(string user, string password) =>
        new(string.Create(CultureInfo.InvariantCulture, $"amqp://{System.Uri.EscapeDataString(user)}:{System.Uri.EscapeDataString(password)}@127.0.0.1:{Port}/"));

    /// <summary>Starts the broker again after <see cref="KillAsync"/>, on the same port and data, and waits until it is ready.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Complete when it answers.</returns>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _watchdog.StartBrokerAsync();
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>
    /// Writes the broker's register of quorum queues to disk, as RabbitMQ itself does only every few seconds: version
    /// 3.10 can't use a quorum queue again that was declared just before <see cref="KillAsync"/>.
    /// </summary>
    /// <returns>Complete when all that was declared survives a kill.</returns>
    public Task SyncAsync() => RabbitmqctlAsync("eval", "[dets:sync(Table) || Table <- dets:all()].");

    /// <summary>Kills the broker as a crash would (kill -9). Its data stays.</summary>
    /// <returns>Complete when it is dead.</returns>
    public Task KillAsync() => _watchdog.KillBrokerAsync();

    /// <summary>Freezes the broker: its connections stay open and it neither reads nor answers.</summary>
    /// <returns>Complete when it is frozen.</returns>
    public Task FreezeAsync() => _watchdog.FreezeBrokerAsync();

    /// <summary>Lets the broker go on after <see cref="FreezeAsync"/>.</summary>
    /// <returns>Complete when it goes on.</returns>
    public Task ThawAsync() => _watchdog.ThawBrokerAsync();

    /// <summary>Stops the broker inside its running Erlang machine: connections are closed, the port is free.</summary>
    /// <returns>Complete when it has stopped.</returns>
    public Task StopAppAsync() => RabbitmqctlAsync("stop_app");

    /// <summary>Starts what <see cref="StopAppAsync"/> stopped and waits until it is ready.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Complete when it answers.</returns>
    public async Task StartAppAsync(CancellationToken cancellationToken = default)
    {
        await RabbitmqctlAsync("start_app");
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>Restarts the broker politely: <see cref="StopAppAsync"/>, then <see cref="StartAppAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Complete when it answers again.</returns>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAppAsync();
        await StartAppAsync(cancellationToken);
    }

    /// <summary>Runs <c>rabbitmqctl</c> against this broker.</summary>
    /// <param name="arguments">For example <c>list_queues</c>, <c>name</c>.</param>
    /// <returns>What it printed, without its banners.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message carries what it printed.</exception>
    public Task<string> RabbitmqctlAsync(params string[] arguments) =>
        CommandLine.RunAsync([.. _host.Rabbitmqctl, "--quiet", .. arguments], _host.Environment);

    /// <summary>Removes the broker, its processes and its folder.</summary>
    /// <returns>Complete when nothing is left.</returns>
    public ValueTask DisposeAsync() => _watchdog.DisposeAsync();

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_startLimit);
        try
        {
            while (!await Handshake.IsAnsweredByAsync(_host.Marker, Port, limit.Token))
            {
                if (!await _watchdog.IsBrokerAliveAsync())
                {
                    throw new BrokerEndedException(Explain("ended while it started"));
                }

                await Task.Delay(_pollInterval, limit.Token);
            }

            Version = await Handshake.VersionAsync(Port, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException(Explain($"was not ready in {_startLimit.TotalSeconds:0} s"), late);
        }
    }

    private string Explain(string what)
    {
        var console = Path.Combine(_host.Folder, "console.log");
        var log = File.Exists(console) ? File.ReadAllText(console) : "(nothing)";
        return $"The private broker {_host.Marker} on port {Port.ToString(CultureInfo.InvariantCulture)} {what}. It printed: {log}";
    }

    private sealed class BrokerEndedException(string message) : InvalidOperationException(message);
}
