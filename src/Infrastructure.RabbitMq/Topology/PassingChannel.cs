using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// A channel for declaring things, which an error may close: the next use opens another one. Used by one at a time.
/// </summary>
internal sealed class PassingChannel(BrokerConnection connection, LinkLifetime link) : IAsyncDisposable
{
    private IChannel? _channel;

    /// <summary>An open channel.</summary>
    public async ValueTask<IChannel> GetAsync(CancellationToken cancellationToken) => _channel is { IsOpen: true }
        ? _channel
        : _channel = await link.OpenPassingChannelAsync(connection, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_channel is { } channel)
        {
            await CloseAsync(channel).ConfigureAwait(false);
        }
    }

    /// <summary>Closes a channel, and waits no longer than is polite.</summary>
    public static async Task CloseAsync(IChannel channel)
    {
        if (channel.IsOpen)
        {
            await channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
