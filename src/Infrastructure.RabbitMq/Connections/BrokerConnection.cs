using System.Text;
using Messaging.Transport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>One open connection. Once lost it stays lost.</summary>
internal sealed partial class BrokerConnection : IAsyncDisposable
{
    /// <summary>How long a polite goodbye may take before a peer that does not answer is abandoned.</summary>
    public static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(1);

    private readonly IConnection _connection;
    private readonly ConnectionSockets _sockets;
    private readonly SilenceWatch _watch;
    private readonly Lock _lock = new();
    private readonly HashSet<IConnectionObserver> _observers = [];
    private LinkLoss? _lost;
    private int _closing;

    public BrokerConnection(IConnection connection, ConnectionSockets sockets, string? user = null)
    {
        User = user;
        _connection = connection;
        _sockets = sockets;
        _watch = new SilenceWatch(sockets, connection.Heartbeat, OnSilent);

        // Subscribed before any channel exists: handlers run one after the other, and a channel's own may hang.
        connection.ConnectionShutdownAsync += OnShutdownAsync;
    }

    /// <summary>The user that it was opened for.</summary>
    public string? User { get; }

    /// <summary>Whether it can be used, as far as is known.</summary>
    public bool IsOpen => Volatile.Read(ref _lost) is null && _connection.IsOpen;

    /// <summary>Whether the broker has stopped reading from it, for want of memory or disk.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>The most that the properties of a message may take: they can't be split over frames.</summary>
    public int MaxPropertyBytes => _connection.FrameMax == 0 ? int.MaxValue : (int)_connection.FrameMax - 1024;

    /// <summary>What the broker says of itself, and what was agreed upon with it.</summary>
    public BrokerFacts Facts => new(
        Property("product"), Property("version"), Property("cluster_name"), _connection.Heartbeat, _connection.FrameMax);

    /// <summary>Tells <paramref name="observer"/> when the connection is lost; at once if it is already.</summary>
    public void Attach(IConnectionObserver observer)
    {
        lock (_lock)
        {
            if (_lost is null)
            {
                _observers.Add(observer);
                return;
            }
        }

        observer.OnConnectionLost(_lost);
    }

    public void Detach(IConnectionObserver observer)
    {
        lock (_lock)
        {
            _observers.Remove(observer);
        }
    }

    /// <summary>Opens a channel whose faults are logged.</summary>
    public async Task<IChannel> OpenChannelAsync(CreateChannelOptions? options, ILogger logger, CancellationToken cancellationToken)
    {
        var channel = await _connection.CreateChannelAsync(options, cancellationToken).ConfigureAwait(false);
        channel.CallbackExceptionAsync += (_, e) =>
        {
            LogCallbackFailed(logger, e.Exception);
            return Task.CompletedTask;
        };
        return channel;
    }

    /// <summary>Logs when the broker stops reading from the connection and when it reads again.</summary>
    public void LogBlocking(string purpose, ILogger logger)
    {
        _connection.ConnectionBlockedAsync += (_, e) =>
        {
            IsBlocked = true;
            LogBlocked(logger, purpose, e.Reason);
            return Task.CompletedTask;
        };
        _connection.ConnectionUnblockedAsync += (_, _) =>
        {
            IsBlocked = false;
            LogUnblocked(logger, purpose);
            return Task.CompletedTask;
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            return;
        }

        // First, so that links know it for our doing and not the broker's. A connection that was lost before stays so.
        Lose(new LinkLoss("the connection was closed here", Disposed: true));
        try
        {
            await _connection.CloseAsync(Constants.ReplySuccess, "Goodbye", GoodbyeLimit, abort: true).WaitAsync(GoodbyeLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody answers: the socket is closed below all the same.
        }
        finally
        {
            _sockets.Dispose();
            _watch.Dispose();
        }
    }

    private string? Property(string name) =>
        _connection.ServerProperties?.TryGetValue(name, out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : null;

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        Lose(new LinkLoss(ShutdownReasons.Explain("connection", reason)));
        _ = CleanUpAsync();
        return Task.CompletedTask;
    }

    private void OnSilent()
    {
        Lose(new LinkLoss($"nothing came from the broker for {2 * _connection.Heartbeat.TotalSeconds:0.#} s, not even heartbeats"));
        _sockets.Dispose();
    }

    private async Task CleanUpAsync()
    {
        // Not on the thread that reports the loss: closing waits for that thread.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await DisposeAsync().ConfigureAwait(false);
    }

    private void Lose(LinkLoss loss)
    {
        IConnectionObserver[] observers;
        lock (_lock)
        {
            if (_lost is not null)
            {
                return;
            }

            _lost = loss;
            observers = [.. _observers];
            _observers.Clear();
        }

        foreach (var observer in observers)
        {
            observer.OnConnectionLost(loss);
        }
    }

    [LoggerMessage(100, LogLevel.Warning, "RabbitMQ has stopped reading from the connection for {Purpose}: {Reason}")]
    private static partial void LogBlocked(ILogger logger, string purpose, string reason);

    [LoggerMessage(101, LogLevel.Information, "RabbitMQ reads again from the connection for {Purpose}")]
    private static partial void LogUnblocked(ILogger logger, string purpose);

    [LoggerMessage(102, LogLevel.Error, "A callback of the RabbitMQ transport failed")]
    private static partial void LogCallbackFailed(ILogger logger, Exception exception);
}
