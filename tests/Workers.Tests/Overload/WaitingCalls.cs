using System.Globalization;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Transport;

namespace Messaging.Overload;

/// <summary>Makes calls that wait, without a link.</summary>
internal static class WaitingCalls
{
    public static WorkerCall Make(string? sender, string name, int? timeoutMs = 1000, long arrivedAt = 0, int bytes = 0) =>
        WorkerCall.Rent(new Delivery(
            link: null!,
            QueueKind.Calls,
            new InboundMessage
            {
                Type = name,
                ReplyTo = sender,
                CorrelationId = name,
                Expiration = timeoutMs?.ToString(CultureInfo.InvariantCulture),
                Body = new byte[bytes],
            },
            maxBodyBytes: int.MaxValue)
        {
            ArrivedAt = arrivedAt,
        });
}
