using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>
/// The connections of a transport. Publishing and consuming are apart, as the broker stops reading from publishers when
/// it is short of memory, and calls apart from work, so that neither waits for the other.
/// </summary>
internal sealed class LinkConnections(ConnectionOpener opener, int maxMessageBytes, ILogger logger) : IAsyncDisposable
{
    // The other properties are short strings of 255 bytes at most.
    private const int OtherPropertyBytes = 2048;

    public SharedConnection Requests { get; } = new("requests", opener, logger);

    public SharedConnection Replies { get; } = new("replies", opener, logger);

    public SharedConnection Deliveries { get; } = new("deliveries", opener, logger);

    public SharedConnection Responses { get; } = new("responses", opener, logger);

    /// <summary>For looks into queues. Nothing that serves calls or commands waits for it.</summary>
    public SharedConnection Queues { get; } = new("queues", opener, logger);

    /// <summary>What was found of queues that an earlier version declared.</summary>
    public OldQueues OldQueues { get; } = new(logger);

    /// <summary>Whether the broker has stopped reading from one that publishes.</summary>
    public bool IsBlocked => Requests.IsBlocked || Responses.IsBlocked;

    public MessageLimits LimitsOf(BrokerConnection connection) => new(maxMessageBytes, connection.MaxPropertyBytes - OtherPropertyBytes, connection.User);

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(
            Requests.DisposeAsync().AsTask(),
            Replies.DisposeAsync().AsTask(),
            Deliveries.DisposeAsync().AsTask(),
            Responses.DisposeAsync().AsTask(),
            Queues.DisposeAsync().AsTask()).ConfigureAwait(false);
}
