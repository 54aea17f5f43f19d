using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>
/// Tells whoever listens, by the exchange that every broker has, as well as it can. It has a channel of its own, which
/// may fail alone.
/// </summary>
internal sealed partial class BroadcastPublisher
{
    private readonly IChannel _channel;
    private readonly LinkLifetime _link;
    private readonly string _consequence;
    private readonly ILogger _logger;

    /// <param name="channel">The channel.</param>
    /// <param name="link">The link.</param>
    /// <param name="consequence">What it means, for the log, where the broker refuses what is published.</param>
    /// <param name="logger">The log.</param>
    public BroadcastPublisher(IChannel channel, LinkLifetime link, string consequence, ILogger logger)
    {
        _channel = channel;
        _link = link;
        _consequence = consequence;
        _logger = logger;
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    /// <summary>Tells the workers of a service of a cancelled call.</summary>
    public ValueTask CancelAsync(string service, string correlationId) =>
        TryEnter() ? FinishAsync(AmqpMessages.SendCancelAsync(_channel, service, correlationId)) : default;

    /// <summary>Tells catalogues of a worker.</summary>
    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) =>
        TryEnter() ? FinishAsync(AmqpMessages.SendAnnouncementAsync(_channel, announcement)) : default;

    /// <summary>Asks all workers to announce themselves.</summary>
    public ValueTask CallRollAsync() => TryEnter() ? FinishAsync(AmqpMessages.SendRollCallAsync(_channel)) : default;

    private bool TryEnter() => _link.Loss is null && _channel.IsOpen && _link.InFlight.TryEnter();

    private async ValueTask FinishAsync(ValueTask publish)
    {
        try
        {
            await _link.WhenDoneOrLostAsync(publish.AsTask(), ServiceQueues.BroadcastExchange).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Best effort: the worker's own deadline ends the call, and the next announcement comes.
            LogNotSent(_logger, e, ServiceQueues.BroadcastExchange);
        }
        finally
        {
            _link.InFlight.Exit();
        }
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs reason)
    {
        if (_link.Loss is null && reason is { Initiator: ShutdownInitiator.Peer, ReplyCode: Constants.AccessRefused or Constants.NotFound })
        {
            LogDenied(_logger, _consequence, reason.ReplyText);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(108, LogLevel.Warning, "{Consequence}: RabbitMQ refuses what is published for all: {Reason}")]
    private static partial void LogDenied(ILogger logger, string consequence, string reason);

    [LoggerMessage(109, LogLevel.Debug, "A message for all who listen at {Exchange} was not sent")]
    private static partial void LogNotSent(ILogger logger, Exception exception, string exchange);
}
