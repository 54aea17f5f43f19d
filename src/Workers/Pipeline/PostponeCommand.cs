using Messaging.FailedCommands;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>
/// Looks after commands that were delayed: drops those that were cancelled meanwhile, and sends those on whose delay is
/// longer than the broker keeps a message in one piece.
/// </summary>
internal sealed partial class PostponeCommand(string service, CommandMoves moves, TimeProvider time, ILogger logger) : IDeliveryStep
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    public ValueTask InvokeAsync(WorkerCall call) =>
        call.IsCommand && call.Outcome is null && call.Headers is { } headers && headers.ContainsKey(WireNames.Scheduled)
            ? LookAsync(call, headers)
            : ValueTask.CompletedTask;

    private async ValueTask LookAsync(WorkerCall call, IReadOnlyDictionary<string, object?> headers)
    {
        var id = call.Message.MessageId;
        switch (id is null ? false : await IsCancelledAsync(call, id).ConfigureAwait(false))
        {
            case true:
                LogCancelled(logger, service, call.Method, id!);
                call.Outcome = WorkerOutcome.Dropped;
                return;
            case null:
                call.Outcome = WorkerOutcome.Requeued;
                return;
        }

        if (headers.TryGetValue(WireNames.DelayLeft, out var header))
        {
            if (!HeaderValues.TryGetInt64(header, out var seconds) || seconds < 0 || seconds > CallOptions.MaxDelay.TotalSeconds)
            {
                call.Refuse(StatusCode.InvalidArgument, $"The header '{WireNames.DelayLeft}' is not a number of seconds up to a year.", FailureReason.Undecodable);
            }
            else if (seconds > 0)
            {
                await SendOnAsync(call, seconds).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask SendOnAsync(WorkerCall call, long seconds)
    {
        var (message, headers) = CommandCopy.Back(call, service);
        var delay = Math.Min(seconds, (long)OutboundMessage.MaxDelay.TotalSeconds);
        headers[WireNames.DelayLeft] = seconds - delay;
        switch (await moves.MoveAsync(call, message with { Delay = TimeSpan.FromSeconds(delay) }).ConfigureAwait(false))
        {
            case MoveResult.Moved:
                call.Outcome = WorkerOutcome.Dropped;
                break;
            case MoveResult.TooLarge:
                call.Refuse(StatusCode.ResourceExhausted, "The command is too large to be delayed further.", FailureReason.TooLarge);
                break;
            case var result:
                call.Outcome = CommandMoves.Return(call, result);
                break;
        }
    }

    /// <summary>Asks with a message to the queue that a cancelled command has: where there is none, it comes back. Null where the broker gives no answer.</summary>
    private async ValueTask<bool?> IsCancelledAsync(WorkerCall call, string id)
    {
        try
        {
            await call.Delivery.Link.PublishConfirmedAsync(new OutboundMessage
            {
                Queue = WireNames.CancelledQueue(service, id),
                Type = WireNames.CancelType,
                MessageId = id,
            }).ConfigureAwait(false);
            return true;
        }
        catch (TransportException exception) when (exception.Failure is TransportFailure.Unroutable or TransportFailure.Misconfigured)
        {
            // Misconfigured: a stranger's id is too long for a queue's name, so nobody can have cancelled it.
            return false;
        }
        catch (TransportException) when (!call.Delivery.Link.IsLost)
        {
            await Task.Delay(_pause, time).ConfigureAwait(false);
            return null;
        }
    }

    [LoggerMessage(212, LogLevel.Information, "Command dropped, as it was cancelled before it was due: {Service}/{Method} (message id {MessageId})")]
    private static partial void LogCancelled(ILogger logger, string service, string? method, string messageId);
}
