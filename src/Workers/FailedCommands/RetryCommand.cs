using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.FailedCommands;

/// <summary>
/// Tries a failed command again: at once, by running its handler once more, or later, by a copy that the broker keeps
/// for the delay. The copy is safe before the delivery is acknowledged. An ordered command waits where it is.
/// </summary>
internal sealed partial class RetryCommand(string service, RunHandler runHandler, HeldRetries held, CommandMoves moves, TimeProvider time, ILogger logger) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call) =>
        call.IsCommand && call.Outcome!.Kind == OutcomeKind.Failed ? RetryAsync(call) : ValueTask.CompletedTask;

    private async ValueTask RetryAsync(WorkerCall call)
    {
        while (call.Outcome is { Kind: OutcomeKind.Failed } failed && call.Handler?.Retries is { } policy)
        {
            var attempt = call.Head.Attempt;
            switch (Classify(policy, call, failed))
            {
                case FailedCommandAction.Discard:
                    LogDiscarded(logger, service, call.Method, call.Message.MessageId, ExceptionText.MessageOf(failed.Exception!));
                    call.Outcome = WorkerOutcome.Dropped;
                    return;
                case FailedCommandAction.DeadLetter:
                    return;
            }

            if (attempt >= policy.MaxAttempts)
            {
                return;
            }

            MessagingTelemetry.CommandRetries.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", service));
            if (!policy.IsImmediate(attempt) && call.Delivery.Tag.Queue == QueueKind.OrderedCommands)
            {
                var delay = policy.DelayAfter(attempt);
                LogHeld(logger, service, call.Method, call.Message.MessageId, attempt, delay, failed.Head.Detail);
                call.HeldSince ??= time.GetTimestamp();
                if (!await held.WaitAsync(delay, call.HeldSince.Value, call.Delivery.Link).ConfigureAwait(false))
                {
                    call.Outcome = call.Delivery.Link.IsLost ? WorkerOutcome.Abandoned : WorkerOutcome.Requeued;
                    return;
                }
            }
            else if (!policy.IsImmediate(attempt))
            {
                await PublishDelayedAsync(call, attempt, policy.DelayAfter(attempt)).ConfigureAwait(false);
                return;
            }

            call.FirstFailure ??= CommandCopy.Format(time.GetUtcNow());
            call.Head = call.Head with { Attempt = attempt + 1 };
            call.Outcome = null;
            await runHandler.InvokeAsync(call).ConfigureAwait(false);
        }
    }

    private FailedCommandAction Classify(CommandRetryPolicy policy, WorkerCall call, WorkerOutcome failed)
    {
        try
        {
            return policy.Classify(failed.Exception, failed.Head.FaultType is not null);
        }
        catch (Exception exception)
        {
            // The user's code, which must not throw. The command must not hang because of it.
            LogClassifyFailed(logger, exception, service, call.Method, call.Message.MessageId);
            return FailedCommandAction.DeadLetter;
        }
    }

    private async ValueTask PublishDelayedAsync(WorkerCall call, int attempt, TimeSpan delay)
    {
        var (message, headers) = CommandCopy.Back(call, service);
        headers[WireNames.Attempt] = (long)attempt + 1;
        headers[WireNames.FirstFailure] = call.FirstFailure ?? HeaderValues.TryGetText(headers.GetValueOrDefault(WireNames.FirstFailure)) ?? CommandCopy.Format(time.GetUtcNow());
        var failed = call.Outcome!;
        switch (await moves.MoveAsync(call, message with { Delay = delay }).ConfigureAwait(false))
        {
            case MoveResult.Moved:
                LogDelayed(logger, service, call.Method, message.MessageId, attempt, delay, failed.Head.Detail);
                call.Outcome = WorkerOutcome.Dropped;
                break;
            case MoveResult.TooLarge:
                // It stays failed, and is dead-lettered.
                break;
            case var result:
                call.Outcome = CommandMoves.Return(call, result);
                break;
        }
    }

    [LoggerMessage(202, LogLevel.Warning, "Command will be tried again: {Service}/{Method} (message id {MessageId}): attempt {Attempt} failed, the next comes in {Delay}: {Detail}")]
    private static partial void LogDelayed(ILogger logger, string service, string? method, string? messageId, int attempt, TimeSpan delay, string detail);

    [LoggerMessage(203, LogLevel.Warning, "Ordered command will be tried again: {Service}/{Method} (message id {MessageId}): attempt {Attempt} failed, the next comes in {Delay}, and those behind it wait: {Detail}")]
    private static partial void LogHeld(ILogger logger, string service, string? method, string? messageId, int attempt, TimeSpan delay, string detail);

    [LoggerMessage(204, LogLevel.Error, "CommandRetry.Classify threw, so the command is dead-lettered: {Service}/{Method} (message id {MessageId})")]
    private static partial void LogClassifyFailed(ILogger logger, Exception exception, string service, string? method, string? messageId);

    [LoggerMessage(205, LogLevel.Warning, "Command discarded, as its exception is classified so: {Service}/{Method} (message id {MessageId}): {Reason}")]
    private static partial void LogDiscarded(ILogger logger, string service, string? method, string? messageId, string reason);
}
