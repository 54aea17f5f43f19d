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
        var original = call.Message;
        var headers = BrokerHeaders.CopyWithout(original.Headers);

        // All but the expiration: a copy that waits for its delay must not expire there.
        var message = new OutboundMessage
        {
            Queue = queue,
            Type = original.Type,
            ContentType = original.ContentType,
            MessageId = original.MessageId,
            CorrelationId = original.CorrelationId,
            ReplyTo = ReplyAddress.OfCopy(original.ReplyTo),
            UserId = original.UserId,
            Foreign = original.Foreign,
            Persistent = true,
            Headers = headers,
            Body = call.Body,
        };
        return (message, headers);
    }

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
