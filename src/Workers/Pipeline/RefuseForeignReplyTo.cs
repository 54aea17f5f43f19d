using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>Drops a call whose reply-to is no reply queue: answering it would write into somebody's work queue.</summary>
internal sealed partial class RefuseForeignReplyTo(IReadOnlyList<string> prefixes, ILogger logger) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Delivery.Tag.Queue == QueueKind.Calls
            && call.Delivery.Message.ReplyTo is { Length: > 0 } replyTo
            && !ReplyAddress.IsAllowed(replyTo, prefixes))
        {
            MessagingTelemetry.RefusedDeliveries.Add(1);
            LogRefused(logger, call.Method, replyTo);
            call.Outcome = WorkerOutcome.Dropped;
        }

        return ValueTask.CompletedTask;
    }

    [LoggerMessage(213, LogLevel.Warning, "Call refused: {Method} asks for its reply in queue '{ReplyTo}', which is no reply queue. If that is intended, add its prefix to WorkerOptions.ReplyToPrefixes.")]
    private static partial void LogRefused(ILogger logger, string? method, string replyTo);
}
