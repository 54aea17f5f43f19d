using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>Answers a call that says where to. Before the delivery is settled: a worker that dies in between has it redelivered.</summary>
internal sealed class SendReply : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        var message = call.Delivery.Message;
        if (call.Delivery.Tag.Queue != QueueKind.Calls || string.IsNullOrEmpty(message.ReplyTo))
        {
            return ValueTask.CompletedTask;
        }

        return call.Outcome!.Kind switch
        {
            OutcomeKind.Succeeded => Send(call, WireNames.ReplyType, headers: null),
            OutcomeKind.Failed => Send(call, WireNames.FaultReplyType, call.Outcome.Head.ToHeaders()),
            _ => ValueTask.CompletedTask,
        };
    }

    private static ValueTask Send(WorkerCall call, string type, IReadOnlyDictionary<string, object?>? headers)
    {
        var hasBody = call.ReplyBody is { Written.Length: > 0 };
        return call.Delivery.Link.ReplyAsync(new OutboundMessage
        {
            Queue = call.Delivery.Message.ReplyTo!,
            Type = type,
            ContentType = hasBody ? call.ReplyContentType : null,
            CorrelationId = call.Delivery.Message.CorrelationId,
            Headers = headers,
            Body = hasBody ? call.ReplyBody!.Written : default,
        });
    }
}
