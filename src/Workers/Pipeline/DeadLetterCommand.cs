using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>Puts a failed command into the dead-letter queue with the reason, and waits until it is safe there.</summary>
internal sealed partial class DeadLetterCommand(string service, ILogger logger) : IDeliveryStep
{
    public async ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Delivery.Tag.Queue != QueueKind.Commands || call.Outcome!.Kind != OutcomeKind.Failed)
        {
            return;
        }

        var message = call.Message;
        LogDeadLettered(logger, service, message.Type, message.MessageId, call.Outcome.Head.Status, call.Outcome.Head.Detail);
        MessagingTelemetry.DeadLetters.Add(1);
        await call.Delivery.Link.PublishConfirmedAsync(new OutboundMessage
        {
            Queue = WireNames.DeadLetterQueue(service),
            Type = message.Type ?? string.Empty,
            ContentType = message.ContentType,
            MessageId = message.MessageId,
            CorrelationId = message.CorrelationId,
            Persistent = true,
            Headers = Headers(call),
            Body = call.Body,
        }).ConfigureAwait(false);
    }

    private static Dictionary<string, object?> Headers(WorkerCall call)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in call.Message.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
        {
            if (HeaderValues.TryFormat(value) is { } text)
            {
                headers[name] = text;
            }
        }

        var outcome = call.Outcome!;
        headers[WireNames.DeadReason] = outcome.Exception is null ? outcome.Head.Detail : "handler failed";
        headers[WireNames.DeadAttempts] = (long)Math.Max(1, call.Head.Attempt);
        if (outcome.Exception is { } exception)
        {
            headers[WireNames.DeadExceptionType] = exception.GetType().FullName;
            headers[WireNames.DeadExceptionMessage] = exception.Message;
        }

        return headers;
    }

    [LoggerMessage(24, LogLevel.Error, "Command dead-lettered: {Service}/{Method} (message id {MessageId}): {Status}: {Detail}")]
    private static partial void LogDeadLettered(ILogger logger, string service, string? method, string? messageId, StatusCode status, string detail);
}
