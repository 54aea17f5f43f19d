using Messaging.FailedCommands;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>
/// Looks after commands that were delayed: drops those that were cancelled meanwhile, and sends those on whose delay is
/// longer than the broker keeps a message in one piece.
/// </summary>
internal sealed partial class PostponeCommand(string service, AskIfCancelled askIfCancelled, CommandMoves moves, TimeProvider time, ILogger logger) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call) =>
        call.IsCommand && call.Outcome is null && call.Headers is { } headers && headers.ContainsKey(WireNames.Scheduled)
            ? LookAsync(call, headers)
            : ValueTask.CompletedTask;

    private async ValueTask LookAsync(WorkerCall call, IReadOnlyDictionary<string, object?> headers)
    {
        var id = call.Message.MessageId;
        switch (id is null ? false : await askIfCancelled.AskAsync(call, id).ConfigureAwait(false))
        {
            case true:
                LogCancelled(logger, service, call.Method, id!);
                call.Outcome = WorkerOutcome.Dropped;
                call.Delivery.Link.ForgetLater(id!, time);
                return;
            case null:
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

    [LoggerMessage(212, LogLevel.Information, "Command dropped, as it was cancelled before it was due: {Service}/{Method} (message id {MessageId})")]
    private static partial void LogCancelled(ILogger logger, string service, string? method, string messageId);
}
