using Messaging.Batching;
using Messaging.Overload;
using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>Makes calls of deliveries: one of a plain message, many of a batch.</summary>
internal sealed partial class DeliveryUnpacker(string service, IReadOnlyList<string> replyToPrefixes, SenderClocks senders, TimeProvider time, ILogger logger)
{
    private readonly NameCache _names = new();

    /// <summary>Puts what a delivery brought through the gate.</summary>
    public void Unpack(Delivery delivery, ConcurrencyGate gate)
    {
        delivery.ArrivedAt = time.GetTimestamp();
        senders.Look(delivery);
        if (!BatchFormat.Is(delivery.Message.ContentType))
        {
            delivery.Replies = FindPump(delivery, 1);
            Enter(gate, WorkerCall.Rent(delivery));
        }
        else if (delivery.Tag.Queue != QueueKind.Calls)
        {
            Refuse(delivery, "Commands travel one to a message.");
        }
        else if (!BatchReader.TryOpen(delivery.Body, _names, out var batch, out var error))
        {
            Refuse(delivery, error);
        }
        else
        {
            delivery.Expect(batch.Count);
            delivery.Replies = FindPump(delivery, batch.Count);
            while (batch.TryRead(out var frame))
            {
                Enter(gate, WorkerCall.Rent(delivery, frame, TimeLeft(frame.Number, batch.AgeMs)));
            }
        }

        gate.Wake();
    }

    private static void Enter(ConcurrencyGate gate, WorkerCall call)
    {
        if (!gate.TryEnter(call))
        {
            // Its link is closing, and the broker gives it to another worker.
            call.Delivery.Abandon();
            call.Leave();
        }
    }

    private static long? TimeLeft(uint milliseconds, uint ageMs) =>
        milliseconds == BatchFormat.NoTimeout ? null : Math.Max(0L, (long)milliseconds - ageMs);

    private ReplyPump? FindPump(Delivery delivery, int calls)
    {
        var message = delivery.Message;
        return delivery.Tag.Queue == QueueKind.Calls
            && message.ReplyTo is { Length: > 0 } replyTo
            && message.Headers is not null
            && message.Headers.TryGetValue(WireNames.Batch, out var header)
            && HeaderValues.TryGetInt64(header, out var version)
            && version >= BatchFormat.Version
            && ReplyAddress.IsAllowed(replyTo, replyToPrefixes)
                ? delivery.Link.Replies.Enter(replyTo, calls)
                : null;
    }

    private void Refuse(Delivery delivery, string reason)
    {
        // A batch that can't be read names no calls that could be answered.
        MessagingTelemetry.RefusedDeliveries.Add(1);
        LogRefused(logger, service, delivery.BodyBytes, reason);
        _ = delivery.Link.RejectUnreadAsync(delivery);
    }

    [LoggerMessage(216, LogLevel.Warning, "Batch refused: {Service} was sent {Bytes} bytes that can't be served: {Reason}")]
    private static partial void LogRefused(ILogger logger, string service, int bytes, string reason);
}
