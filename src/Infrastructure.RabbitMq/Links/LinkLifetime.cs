using Messaging.Transport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// What all of a link's parts share: its channels, the connections they are on, and its end. A link is lost as a whole,
/// with the first of its parts that is.
/// </summary>
internal sealed partial class LinkLifetime : IConnectionObserver, IAsyncDisposable
{
    private readonly TaskCompletionSource<LinkLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lostSource = new();
    private readonly ILogger _logger;
    private readonly HashSet<BrokerConnection> _connections = [];
    private readonly List<IChannel> _channels = [];
    private readonly List<Func<Task>> _goodbyes = [];
    private Action<LinkLoss>? _onLost;
    private LinkLoss? _loss;
    private int _disposed;

    public LinkLifetime(ILogger logger)
    {
        _logger = logger;
        LostToken = _lostSource.Token;
    }

    /// <summary>Completes when the link is lost.</summary>
    public Task<LinkLoss> Lost => _lost.Task;

    /// <summary>Cancelled when the link is lost.</summary>
    public CancellationToken LostToken { get; }

    /// <summary>Why the link is lost; null while it is not.</summary>
    public LinkLoss? Loss => Volatile.Read(ref _loss);

    /// <summary>What is handing frames to the channels right now.</summary>
    public InFlight InFlight { get; } = new();

    /// <summary>Opens a channel of this link.</summary>
    public async Task<IChannel> OpenChannelAsync(BrokerConnection connection, CreateChannelOptions? options, CancellationToken cancellationToken)
    {
        if (_connections.Add(connection))
        {
            connection.Attach(this);
        }

        var channel = await connection.OpenChannelAsync(options, _logger, cancellationToken).ConfigureAwait(false);
        _channels.Add(channel);
        return channel;
    }

    /// <summary>Opens a channel that the caller closes at once when done. It may fail and the link lives.</summary>
    public Task<IChannel> OpenPassingChannelAsync(BrokerConnection connection, CancellationToken cancellationToken, CreateChannelOptions? options = null) =>
        connection.OpenChannelAsync(options, _logger, cancellationToken);

    /// <summary>Opens a channel without which the link is lost.</summary>
    public async Task<IChannel> OpenVitalChannelAsync(
        BrokerConnection connection, string purpose, CancellationToken cancellationToken, CreateChannelOptions? options = null)
    {
        var channel = await OpenChannelAsync(connection, options, cancellationToken).ConfigureAwait(false);
        LoseWith(channel, purpose);
        return channel;
    }

    /// <summary>From now on the link is lost when the channel closes.</summary>
    public void LoseWith(IChannel channel, string purpose)
    {
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            Lose(ShutdownReasons.Explain($"channel for {purpose}", reason));
            return Task.CompletedTask;
        };
        if (channel.CloseReason is { } closed)
        {
            // Before anybody listened.
            Lose(ShutdownReasons.Explain($"channel for {purpose}", closed));
        }
    }

    /// <summary>Adds what happens at once when the link is lost. Only while it is opened.</summary>
    public void WhenLost(Action<LinkLoss> action)
    {
        _onLost += action;
        if (Loss is { } loss)
        {
            action(loss);
        }
    }

    /// <summary>Adds what is said to the broker before the channels close. Only while it is opened.</summary>
    public void WhenDisposed(Func<Task> goodbye) => _goodbyes.Add(goodbye);

    public void Lose(string reason) => Lose(new LinkLoss(reason));

    void IConnectionObserver.OnConnectionLost(LinkLoss loss) => Lose(loss);

    /// <summary>Awaits a publish, but no longer than the link lives: on a dead connection the library may never end it.</summary>
    public async Task WhenDoneOrLostAsync(Task publish, string queue)
    {
        if (!publish.IsCompleted)
        {
            await Task.WhenAny(publish, _lost.Task).ConfigureAwait(false);
        }

        if (publish.IsCompleted || Loss is not { } loss)
        {
            await publish.ConfigureAwait(false);
            return;
        }

        _ = publish.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw PublishFailures.BrokeMidway(queue, loss);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Lose(new LinkLoss("the link was closed here", Disposed: true));
        try
        {
            await SayGoodbyeAsync().WaitAsync(BrokerConnection.GoodbyeLimit).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Nobody answers, or the connection is gone already: there is nobody left to be polite to.
            LogNoGoodbye(_logger, e);
        }

        foreach (var connection in _connections)
        {
            connection.Detach(this);
        }

        _lostSource.Dispose();
    }

    private async Task SayGoodbyeAsync()
    {
        await InFlight.CloseAsync().ConfigureAwait(false);
        foreach (var goodbye in _goodbyes)
        {
            await goodbye().ConfigureAwait(false);
        }

        var closing = new List<Task>(_channels.Count);
        foreach (var channel in _channels)
        {
            if (channel.IsOpen)
            {
                closing.Add(channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true));
            }
        }

        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    private void Lose(LinkLoss loss)
    {
        if (Interlocked.CompareExchange(ref _loss, loss, comparand: null) is null)
        {
            _onLost?.Invoke(loss);
            _lost.TrySetResult(loss);
            _lostSource.Cancel();
        }
    }

    [LoggerMessage(106, LogLevel.Debug, "A link to RabbitMQ was abandoned rather than closed")]
    private static partial void LogNoGoodbye(ILogger logger, Exception exception);
}
