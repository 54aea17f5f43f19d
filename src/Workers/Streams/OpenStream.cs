using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Streams;

/// <summary>
/// Takes a stream: from here it belongs to this worker, its request is acknowledged, and its handler runs beside the
/// calls for as long as it lasts.
/// </summary>
internal sealed class OpenStream(WorkerStreams streams, RunStream runner, TimeProvider time, ILogger logger) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is not null || call.Handler is not StreamHandler handler)
        {
            return ValueTask.CompletedTask;
        }

        if (WhyNot(call) is { } reason)
        {
            call.Refuse(StatusCode.InvalidArgument, reason, FailureReason.Undecodable);
        }
        else if (call.Delivery.Link.ControlAddress is null)
        {
            call.Refuse(StatusCode.FailedPrecondition, $"The worker may not declare a queue '{WireNames.WorkerQueuePrefix}…' and can serve no streams. Give its user the permission.");
        }
        else if (handler.Prepare(call, time) is { } stream)
        {
            Take(stream, call);
        }

        return ValueTask.CompletedTask;
    }

    private void Take(WorkerStream stream, WorkerCall call)
    {
        stream.Running = new RunningCall(logger);
        stream.Running.Begin(call.Delivery.Link);
        if (!streams.TryAdd(stream, out var isKnown))
        {
            if (isKnown)
            {
                // The same request twice: whoever has it goes on with it.
                call.Outcome = WorkerOutcome.Dropped;
            }
            else
            {
                call.Refuse(StatusCode.ResourceExhausted, $"The worker serves {streams.Limit:N0} streams, and no more (WorkerOptions.MaxStreams). Add workers.", FailureReason.Overloaded);
            }

            return;
        }

        stream.Flow.Pump = call.Delivery.Link.Streams.Enter(
            new StreamAddress(call.Delivery.Message.ReplyTo!, StreamHeaders.ReadsBatches(call.Headers)));
        stream.Open();
        call.Hold();
        call.Outcome = WorkerOutcome.Opened;
        _ = runner.RunAsync(stream);
    }

    private static string? WhyNot(WorkerCall call)
    {
        if (call.Delivery.Tag.Queue != QueueKind.Calls || string.IsNullOrEmpty(call.Delivery.Message.ReplyTo))
        {
            return "A stream needs a reply-to.";
        }

        if (call.Id.Number == 0)
        {
            return "A stream's correlation id has 128 bits, written as 32 hexadecimal digits, and is not zero.";
        }

        return StreamHeaders.IsReader(call.Headers)
            ? null
            : $"The operation answers with a stream: send the header '{WireNames.Stream}' = 1 and read its messages as the wire protocol describes.";
    }
}
