using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.FailedCommands;

/// <summary>
/// Gives a command back that a stopping worker has not run to its end, so that no attempt is counted: the broker counts
/// what is requeued, and dead-letters it one day for nothing but roll-outs. So a copy goes to the end of its own queue, and
/// when that is safe the original is acknowledged. An ordered command keeps its place instead: it returns with the link,
/// which counts once; only where the broker would dead-letter it for that does it, too, go to the end.
/// </summary>
internal sealed partial class GiveBackCommand(string service, int commandDeliveryLimit, TimeProvider time, ILogger logger) : IDeliveryStep
{
    // At once, or not at all: who stops has no time.
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    public ValueTask InvokeAsync(WorkerCall call) =>
        call.IsCommand && call.Outcome!.Kind == OutcomeKind.GivenBack && !call.IsSettled ? GiveBackAsync(call) : ValueTask.CompletedTask;

    /// <summary>Gives back what its handler still has, whatever that does; it must have been claimed.</summary>
    public async Task GiveBackRunningAsync(WorkerCall call)
    {
        LogStuck(logger, service, call.Method, call.Message.MessageId);
        try
        {
            // The handler may still read it.
            call.Delivery.KeepBody();
            await call.Delivery.SettleAsync(await DecideAsync(call).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            call.Release();
        }
    }

    private async ValueTask GiveBackAsync(WorkerCall call) =>
        call.Outcome = await DecideAsync(call).ConfigureAwait(false) switch
        {
            Settlement.Done => WorkerOutcome.Dropped,
            Settlement.Requeued => WorkerOutcome.Requeued,
            _ => WorkerOutcome.Abandoned,
        };

    private async ValueTask<Settlement> DecideAsync(WorkerCall call)
    {
        var ordered = call.Delivery.Tag.Queue == QueueKind.OrderedCommands;
        if (ordered && RequestHead.ReadReturns(call.Headers) < commandDeliveryLimit)
        {
            // Requeued it would come here once more before the link closes, and count twice.
            return Settlement.None;
        }

        if (await TryCopyAsync(call).ConfigureAwait(false))
        {
            if (ordered)
            {
                LogOutOfOrder(logger, service, call.Method, call.Message.MessageId, commandDeliveryLimit);
            }

            return Settlement.Done;
        }

        return ordered ? Settlement.None : Settlement.Requeued;
    }

    private async ValueTask<bool> TryCopyAsync(WorkerCall call)
    {
        var (message, headers) = CommandCopy.Back(call, service);
        if (call.Head.Attempt > 1)
        {
            headers[WireNames.Attempt] = (long)call.Head.Attempt;
        }

        if (call.FirstFailure is { } first)
        {
            headers.TryAdd(WireNames.FirstFailure, first);
        }

        try
        {
            var publishing = call.Delivery.Link.PublishConfirmedAsync(message).AsTask();
            if (await Task.WhenAny(publishing, Task.Delay(_limit, time)).ConfigureAwait(false) != publishing)
            {
                // The connection may still write it.
                call.Delivery.KeepBody();
                _ = publishing.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                throw new TransportException(TransportFailure.Unknown, $"There was no confirm within {_limit.TotalSeconds:0.#} s.");
            }

            await publishing.ConfigureAwait(false);
            return true;
        }
        catch (TransportException exception)
        {
            LogNotCopied(logger, service, call.Method, call.Message.MessageId, exception.Message);
            return false;
        }
    }

    [LoggerMessage(231, LogLevel.Warning, "A command goes back to its queue by a redelivery, which counts as an attempt, as the worker stops and the broker does not take its copy: {Service}/{Method} (message id {MessageId}): {Reason}")]
    private static partial void LogNotCopied(ILogger logger, string service, string? method, string? messageId, string reason);

    [LoggerMessage(232, LogLevel.Warning, "An ordered command goes to the end of its partition, behind later ones, as the worker stops: {Service}/{Method} (message id {MessageId}): it has come back {Limit} times, and the next time the broker would dead-letter it.")]
    private static partial void LogOutOfOrder(ILogger logger, string service, string? method, string? messageId, int limit);

    [LoggerMessage(233, LogLevel.Warning, "The handler of a command does not stop, so the command is given back while it runs: {Service}/{Method} (message id {MessageId})")]
    private static partial void LogStuck(ILogger logger, string service, string? method, string? messageId);
}
