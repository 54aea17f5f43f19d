using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Tells workers of cancelled calls, as well as it can. It has a channel of its own, which may fail alone.</summary>
internal sealed partial class CancelPublisher
{
    private readonly IChannel _channel;
    private readonly LinkLifetime _link;
    private readonly ILogger _logger;

    public CancelPublisher(IChannel channel, LinkLifetime link, ILogger logger)
    {
        _channel = channel;
        _link = link;
        _logger = logger;
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    public ValueTask PublishAsync(string service, string correlationId)
    {
        if (_link.Loss is not null || !_channel.IsOpen || !_link.InFlight.TryEnter())
        {
            return ValueTask.CompletedTask;
        }

        return FinishAsync(AmqpMessages.SendCancelAsync(_channel, service, correlationId), service);
    }

    private async ValueTask FinishAsync(ValueTask publish, string service)
    {
        try
        {
            await _link.WhenDoneOrLostAsync(publish.AsTask(), service).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Best effort: the worker's own deadline ends the call.
            LogNotSent(_logger, e, service);
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
            LogDenied(_logger, reason.ReplyText);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Warning, Message = "Workers will not hear of cancelled calls and run them until their deadline: RabbitMQ refuses the cancel messages: {Reason}")]
    private static partial void LogDenied(ILogger logger, string reason);

    [LoggerMessage(EventId = 31, Level = LogLevel.Debug, Message = "The workers of {Service} were not told of a cancelled call")]
    private static partial void LogNotSent(ILogger logger, Exception exception, string service);
}
