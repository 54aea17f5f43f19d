using System.Globalization;
using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Telemetry;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.FailedCommands;

/// <summary>Puts a failed command into the dead-letter queue with the reason, and waits until it is safe there.</summary>
internal sealed partial class DeadLetterCommand(string service, bool stackTraces, CommandMoves moves, TimeProvider time, ILogger logger) : IDeliveryStep
{
    private static readonly string _worker = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    public ValueTask InvokeAsync(WorkerCall call) =>
        call.IsCommand && call.Outcome!.Kind == OutcomeKind.Failed ? DeadLetterAsync(call, call.Outcome) : ValueTask.CompletedTask;

    private async ValueTask DeadLetterAsync(WorkerCall call, WorkerOutcome outcome)
    {
        var (message, headers) = CommandCopy.Of(call, WireNames.DeadLetterQueue(service));
        var now = CommandCopy.Format(time.GetUtcNow());
        headers[WireNames.DeadReason] = outcome.Exception is null ? outcome.Head.Detail : "handler failed";
        headers[WireNames.DeadQueue] = CommandQueues.Of(service, call.Delivery.Tag);
        headers[WireNames.DeadAttempts] = (long)Math.Max(1, call.Head.Attempt);
        headers[WireNames.FirstFailure] = call.FirstFailure ?? headers.GetValueOrDefault(WireNames.FirstFailure) ?? now;
        headers[WireNames.DeadLastFailure] = now;
        headers[WireNames.DeadWorker] = _worker;
        if (outcome.Exception is { } exception)
        {
            headers[WireNames.DeadExceptionType] = ExceptionText.TypeOf(exception);
            headers[WireNames.DeadExceptionMessage] = Cut(ExceptionText.MessageOf(exception));
            if (stackTraces && ExceptionText.StackTraceOf(exception) is { } trace)
            {
                headers[WireNames.DeadStackTrace] = Cut(trace);
            }
        }

        // What the sender's own headers leave of a frame.
        HeaderBytes.TryFit(headers, call.Delivery.Link.MaxHeaderBytes, [WireNames.DeadStackTrace, WireNames.DeadExceptionMessage, WireNames.DeadReason]);
        var result = await moves.MoveAsync(call, message).ConfigureAwait(false);
        if (result == MoveResult.TooLarge)
        {
            // The command's own headers leave no room for what is said of the exception.
            headers.Remove(WireNames.DeadStackTrace);
            headers.Remove(WireNames.DeadExceptionMessage);
            headers[WireNames.DeadReason] = "handler failed";
            result = await moves.MoveAsync(call, message).ConfigureAwait(false);
        }

        switch (result)
        {
            case MoveResult.Moved:
                LogDeadLettered(logger, service, message.Type, message.MessageId, outcome.Head.Status, outcome.Head.Detail);
                MessagingTelemetry.DeadLetters.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", service));
                break;
            case MoveResult.TooLarge:
                // As it is: the broker moves it, and says less about why.
                LogLeftToBroker(logger, service, message.Type, message.MessageId, outcome.Head.Status, outcome.Head.Detail);
                call.Outcome = WorkerOutcome.Rejected;
                break;
            default:
                call.Outcome = CommandMoves.Return(call, result);
                break;
        }
    }

    // All headers of a message must fit one frame, and an exception's texts have any length.
    private static string Cut(string text)
    {
        const int max = 8 * 1024;
        return text.Length <= max ? text : string.Concat(text.AsSpan(0, max), "…");
    }

    [LoggerMessage(201, LogLevel.Error, "Command dead-lettered: {Service}/{Method} (message id {MessageId}): {Status}: {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string service, string? method, string? messageId, StatusCode status, string detail);

    [LoggerMessage(242, LogLevel.Error, "Command left to the broker to dead-letter, as its headers leave no room for the reason: {Service}/{Method} (message id {MessageId}): {Status}: {Detail}")]
    private static partial void LogLeftToBroker(ILogger logger, string service, string? method, string? messageId, StatusCode status, string detail);
}
