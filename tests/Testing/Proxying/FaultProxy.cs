using System.Net;
using System.Net.Sockets;

namespace Messaging.Testing.Proxying;

/// <summary>
/// Stands between clients and a broker on the loopback interface and does to their connections what networks do: each
/// direction can be slowed, throttled and silenced while connections stand, and connections can be reset.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<ProxiedConnection> _connections = [];
    private readonly int _target;
    private readonly Task _accepting;
    private int _accepted;

    /// <summary>Starts to listen on a free port.</summary>
    /// <param name="target">The port on 127.0.0.1 that connections are led to.</param>
    /// <param name="seed">Of the jitter.</param>
    public FaultProxy(int target, int seed = 1)
    {
        _target = target;
        Upstream = new FaultyDirection(seed);
        Downstream = new FaultyDirection(seed + 1);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What happens on the way from clients to the broker.</summary>
    public FaultyDirection Upstream { get; }

    /// <summary>What happens on the way from the broker to clients.</summary>
    public FaultyDirection Downstream { get; }

    /// <summary>How many connections have been accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections stand.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>
    /// Drops everything in both directions, as a firewall does: connections look alive to both sides and are not, and
    /// what one side closes stays open to the other. New ones are accepted by the kernel and hear nothing.
    /// </summary>
    public void Silence()
    {
        Upstream.IsSilent = true;
        Downstream.IsSilent = true;
    }

    /// <summary>Takes all faults away. What was held back goes on, where both sides are still there.</summary>
    public void Heal()
    {
        Upstream.Heal();
        Downstream.Heal();
    }

    /// <summary>Resets every connection (RST) to both sides. New ones are led on.</summary>
    public void Reset()
    {
        ProxiedConnection[] connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        foreach (var connection in connections)
        {
            connection.Reset();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Reset();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(client);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // The client went away between its connect and our accept.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var broker = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var connection = new ProxiedConnection(client, broker);
        lock (_lock)
        {
            _connections.Add(connection);
        }

        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            await connection.PumpAsync(Upstream, Downstream);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either side is gone, so the other one hears it as well.
            connection.Reset();
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(connection);
            }
        }
    }
}
