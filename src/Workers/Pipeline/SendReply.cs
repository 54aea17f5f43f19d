using Messaging.Batching;
using Messaging.Compression;
using Messaging.Replies;
using Messaging.Transport;

namespace Messaging.Pipeline;

/// <summary>Answers a call that says where to. Before the delivery is settled: a worker that dies in between has it redelivered.</summary>
internal sealed class SendReply : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Delivery.Tag.Queue != QueueKind.Calls || string.IsNullOrEmpty(call.Delivery.Message.ReplyTo))
        {
            return ValueTask.CompletedTask;
        }

        var body = call.ReplyBody?.Written ?? default;
        return call.Outcome!.Kind switch
        {
            OutcomeKind.Succeeded => Send(call, body.IsEmpty ? ReplyNames.Empty : call.ReplyNames!, ContentEncodings.Add(call.Metadata, call.ReplyEncoding), body),
            OutcomeKind.Failed => Send(call, body.IsEmpty ? ReplyNames.Fault : call.ReplyNames!, ReplyHeaders.OfFailure(call.Outcome.Head, call.Metadata, call.Delivery.Link.MaxHeaderBytes), body),
            _ => ValueTask.CompletedTask,
        };
    }

    private static ValueTask Send(WorkerCall call, FrameNames names, IReadOnlyDictionary<string, object?>? headers, ReadOnlyMemory<byte> body)
    {
        if (call.Delivery.Replies is { } pump)
        {
            if (pump.TryPost(call, names, headers, body.Span))
            {
                return pump.WhenRoomAsync();
            }

            headers = ReplyPump.Report(call.HandlerUs, headers);
        }

        return call.Delivery.Link.ReplyAsync(new OutboundMessage
        {
            Queue = call.Delivery.Message.ReplyTo!,
            Type = names.Type,
            ContentType = names.ContentType,
            CorrelationId = call.CorrelationId,
            Headers = WaitHeader.Add(headers, call.WaitMs),
            Body = body,
        });
    }
}
