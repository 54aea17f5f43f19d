using Messaging.Compression;
using Messaging.Deadlines;
using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Running;
using Messaging.Telemetry;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Streams;

/// <summary>Runs a stream's handler from its opening to its end, as <see cref="RunHandler"/> runs a call's.</summary>
internal sealed partial class RunStream(
    IServiceProvider root,
    IServiceScopeFactory? scopes,
    RunningCalls running,
    WorkerStreams streams,
    DeadlineWheel deadlines,
    TimeProvider time,
    FailureTranslator failures,
    ILogger logger)
{
    private static readonly WorkerOutcome _broken = WorkerOutcome.Failed(new ReplyHead
    {
        Status = StatusCode.Internal,
        Detail = "The worker could not end the stream; its log has the details under this correlation id.",
        MayHaveRun = true,
    });

    public async Task RunAsync(WorkerStream stream)
    {
        // Away from the calls' turns: a stream lasts.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var call = stream.Call;
        try
        {
            var (outcome, trailers) = await ServeAsync(stream, call).ConfigureAwait(false);
            stream.End(outcome, trailers);
        }
        catch (Exception exception)
        {
            // A bug here: the requester is told so, and the worker goes on.
            LogBroken(logger, exception, call.Handler!.Operation.FullName, call.CorrelationId);
            call.ReplyBody?.Clear();
            stream.End(_broken, trailers: null);
        }
        finally
        {
            streams.Remove(stream);
            if (stream.Flow.Pump is { } pump)
            {
                stream.Flow.Pump = null;
                call.Delivery.Link.Streams.Leave(pump);
            }

            call.ReplyBody?.Return();
            call.ReplyBody = null;
            call.Release();
        }
    }

    private async Task<(WorkerOutcome Outcome, Dictionary<string, object?>? Trailers)> ServeAsync(WorkerStream stream, WorkerCall call)
    {
        var start = time.GetTimestamp();
        var failed = true;
        WorkerOutcome? ended = null;
        var activity = MessagingTelemetry.StartHandling(call.Handler!.Operation, call.Head.TraceParent, call.Head.TraceState);
        using var ending = MessagingTelemetry.Ending(activity);
        Deadline? deadline = call.Head.Timeout is { } timeout ? Deadline.After(timeout, time) : null;
        var context = new CallContext(call.Handler.Operation, deadline)
        {
            CorrelationId = call.PlainCorrelationId,
            CorrelationNumber = call.Id.Number,
            Attempt = call.Head.Attempt,
            Caller = call.Delivery.Message.UserId,
            Headers = UserHeaders.Read(call.Headers),
            RequestEncoding = ContentEncodings.Read(call.Headers),
            CancellationToken = stream.Running.Token,
        };
        if (deadline is { } ends)
        {
            deadlines.Add(stream.Running, ends);
        }

        running.Add(stream.Running, call.Id);
        try
        {
            if (stream.Running.Reason is not StopReason.None and var before)
            {
                ended = FailureTranslator.TranslateStop(before);
                failed = false;
                return (ended, null);
            }

            context.Enter();
            if (scopes is null)
            {
                await stream.ServeAsync(context, root).ConfigureAwait(false);
            }
            else
            {
                var scope = scopes.CreateAsyncScope();
                await using (scope.ConfigureAwait(false))
                {
                    await stream.ServeAsync(context, scope.ServiceProvider).ConfigureAwait(false);
                }
            }

            var trailers = ReplyHeaders.TakeTrailers(context, call.Delivery.Link.MaxHeaderBytes);
            if (stream.Running.Reason == StopReason.SendFailed)
            {
                // Its handler did not notice that items of it are missing.
                ended = FailureTranslator.TranslateStop(StopReason.SendFailed);
                return (ended, trailers);
            }

            failed = false;
            ended = WorkerOutcome.Succeeded;
            return (ended, trailers);
        }
        catch (Exception exception)
        {
            // A handler may throw anything: it is this stream's end, and the worker goes on.
            ended = failures.Translate(call, exception, stream.Running.Reason);
            ended.Fail(activity);
            failed = ended.Kind == OutcomeKind.Failed;
            return (ended, ReplyHeaders.TakeSome(context, trailersOnly: true));
        }
        finally
        {
            var microseconds = (uint)Math.Min(time.GetElapsedTime(start).TotalMicroseconds, uint.MaxValue);
            call.Handler.Load.Count(microseconds, failed);
            MessagingMetrics.RecordHandler(call.Handler.Operation, microseconds, ended?.Status, ended is { IsFault: true });
            running.Remove(stream.Running);
            stream.Running.End();
            deadlines.Remove(stream.Running);
        }
    }

    [LoggerMessage(219, LogLevel.Critical, "Serving the stream {Operation} (correlation id {CorrelationId}) failed outside of its handler. This is a bug; please report it.")]
    private static partial void LogBroken(ILogger logger, Exception exception, string operation, string? correlationId);
}
