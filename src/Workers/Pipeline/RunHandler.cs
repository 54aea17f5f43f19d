using Messaging.Batching;
using Messaging.Compression;
using Messaging.Deadlines;
using Messaging.Overload;
using Messaging.Replies;
using Messaging.Running;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>
/// Runs the handler, in a scope of its own where it needs one, under the time that remains, with its <see cref="CallContext"/>; whatever it
/// throws becomes an outcome. Decoding, middleware and encoding are the handler's typed part.
/// </summary>
internal sealed class RunHandler(
    IServiceProvider root, IServiceScopeFactory? scopes, RunningCalls running, DeadlineWheel deadlines, CompressionOptions compression, OverloadWatch overload, TimeProvider time, FailureTranslator failures, ILogger logger)
    : IDeliveryStep
{
    public async ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is not null)
        {
            return;
        }

        var start = call.IsCommand ? time.GetTimestamp() : call.BegunAt;
        var current = call.Running ??= new RunningCall(logger);
        current.Begin(call.Delivery.Link, call);
        var activity = MessagingTelemetry.StartHandling(call.Handler!.Operation, call.Head.TraceParent, call.Head.TraceState);
        using var ending = MessagingTelemetry.Ending(activity);
        Deadline? deadline = call.Delivery.Tag.Queue == QueueKind.Calls && call.Head.Timeout is { } timeout
            ? Deadline.After(timeout, start, time)
            : null;
        var context = new CallContext(call.Handler.Operation, deadline)
        {
            CorrelationId = call.PlainCorrelationId,
            CorrelationNumber = call.Id.Number,
            MessageId = call.Delivery.IsBatch ? null : call.Delivery.Message.MessageId,
            Attempt = call.Head.Attempt,
            Caller = call.Delivery.Message.UserId,
            Headers = UserHeaders.Read(call.Headers),
            RequestEncoding = ContentEncodings.Read(call.Headers),
            CancellationToken = current.Token,
        };
        if (deadline is { } ends)
        {
            deadlines.Add(current, ends);
        }

        running.Add(current, call.Id);
        try
        {
            if (current.Reason is not StopReason.None and var before)
            {
                // Nothing is begun any more: the drain limit is reached, or the link is lost.
                call.Outcome = FailureTranslator.TranslateStop(before);
                return;
            }

            // No need to leave it: this method's own flow ends with it.
            context.Enter();
            if (scopes is null)
            {
                await call.Handler.InvokeAsync(call, context, root).ConfigureAwait(false);
            }
            else
            {
                var scope = scopes.CreateAsyncScope();
                await using (scope.ConfigureAwait(false))
                {
                    await call.Handler.InvokeAsync(call, context, scope.ServiceProvider).ConfigureAwait(false);
                }
            }

            call.CompressReply(compression, context.ReplyCompression, call.Delivery.Link.MaxMessageBytes);
            if (!call.IsCommand)
            {
                // Copied: whatever of the handler's still runs may change its own.
                call.Metadata = ReplyHeaders.Take(context, call.Delivery.Link.MaxHeaderBytes);
            }

            if (call.Outcome is { Kind: OutcomeKind.Requeued or OutcomeKind.GivenBack } && current.Reason is not StopReason.None and var stopped)
            {
                // Its inbox took the cancellation for the database's failure.
                call.Outcome = FailureTranslator.TranslateStop(stopped);
            }

            call.Outcome ??= WorkerOutcome.Succeeded;
        }
        catch (Exception exception)
        {
            // A handler may throw anything: it is this call's outcome, and the worker goes on. So may what is disposed of
            // after it, which changes nothing for a command that goes back because its inbox's database is away.
            var reason = current.Reason;
            call.Outcome = reason == StopReason.None && call.Outcome is { Kind: OutcomeKind.Requeued or OutcomeKind.GivenBack } away ? away : failures.Translate(call, exception, reason);
            call.Outcome.Fail(activity);
            call.Metadata = call.IsCommand ? null : ReplyHeaders.TakeSome(context, trailersOnly: false);
        }
        finally
        {
            call.HandlerUs = (uint)Math.Min(time.GetElapsedTime(start).TotalMicroseconds, BatchFormat.NoTimeout - 1);
            call.Handler.Load.Count(call.HandlerUs, call.Outcome?.Kind == OutcomeKind.Failed);
            Learn(call, current.Reason);
            MessagingMetrics.RecordHandler(call.Handler.Operation, call.HandlerUs, call.Outcome?.Status, call.Outcome is { IsFault: true });
            running.Remove(current);
            current.End();
            if (deadline is not null && !deadlines.Remove(current))
            {
                // The deadline has fired, maybe this moment: what it stops must not be a later call.
                call.Running = null;
            }
        }
    }

    private void Learn(WorkerCall call, StopReason stopped)
    {
        if (call.Outcome is { Kind: OutcomeKind.Succeeded } or { IsFault: true })
        {
            if (call.IsTrial)
            {
                call.Handler!.UsualTime.ReportTrial(call.HandlerUs);
            }
            else
            {
                call.Handler!.UsualTime.Report(call.HandlerUs, call.BegunAt);
            }
        }

        if (call.Delivery.LateBy is null && !call.IsCommand)
        {
            overload.OnStrangerEnded(call, stopped is StopReason.CallerCancelled or StopReason.DeadlinePassed);
        }
    }
}
