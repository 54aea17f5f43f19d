using Messaging.Batching;
using Messaging.Compression;
using Messaging.Deadlines;
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
    IServiceProvider root, IServiceScopeFactory? scopes, RunningCalls running, DeadlineWheel deadlines, CompressionOptions compression, TimeProvider time, FailureTranslator failures, ILogger logger)
    : IDeliveryStep
{
    public async ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is not null)
        {
            return;
        }

        var start = time.GetTimestamp();
        var current = call.Running ??= new RunningCall(logger);
        current.Begin(call.Delivery.Link);
        using var activity = MessagingTelemetry.StartHandling(call.Handler!.Operation, call.Head.TraceParent, call.Head.TraceState);
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
            ReplyMetadata.Validate(context.SetResponseHeaders, context.SetResponseTrailers);
            call.Outcome ??= WorkerOutcome.Succeeded;
        }
        catch (Exception exception)
        {
            // A handler may throw anything: it is this call's outcome, and the worker goes on.
            call.Outcome = failures.Translate(call, exception, current.Reason);
            call.Outcome.Fail(activity);
        }
        finally
        {
            call.ResponseHeaders = context.SetResponseHeaders;
            call.ResponseTrailers = context.SetResponseTrailers;
            call.HandlerUs = (uint)Math.Min(time.GetElapsedTime(start).TotalMicroseconds, BatchFormat.NoTimeout - 1);
            call.Handler.Load.Count(call.HandlerUs, call.Outcome?.Kind == OutcomeKind.Failed);
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
}
