using System.Globalization;
using Messaging.Pipeline;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.FailedCommands;

/// <summary>A command as it came, to be published once more.</summary>
internal static class CommandCopy
{
    /// <summary>The same message for the queue that it came from, persistent, with headers to add to.</summary>
    public static (OutboundMessage Message, Dictionary<string, object?> Headers) Back(WorkerCall call, string service) =>
        Of(call, CommandQueues.Of(service, call.Delivery.Tag));

    /// <summary>The same message for a queue, persistent, with headers to add to.</summary>
    public static (OutboundMessage Message, Dictionary<string, object?> Headers) Of(WorkerCall call, string queue)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in call.Message.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
        {
            // The broker's own headers count deliveries of the message that this one follows.
            if (!name.StartsWith("x-", StringComparison.Ordinal) && HeaderValues.TryFormat(value) is { } text)
            {
                headers[name] = text;
            }
        }

        var message = new OutboundMessage
        {
            Queue = queue,
            Type = call.Message.Type ?? string.Empty,
            ContentType = call.Message.ContentType,
            MessageId = call.Message.MessageId,
            CorrelationId = call.Message.CorrelationId,
            Persistent = true,
            Headers = headers,
            Body = call.Body,
        };
        return (message, headers);
    }

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
