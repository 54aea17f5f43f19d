using System.Globalization;
using Messaging.Compression;
using Messaging.Serialization;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Turns messages into AMQP's and back: the only place that knows the client library's properties.</summary>
internal static class AmqpMessages
{
    /// <summary>Hands a message to a channel, through the default exchange or, with a delay, through that of its highest level.</summary>
    /// <exception cref="TransportException">It is over a limit.</exception>
    public static ValueTask SendAsync(IChannel channel, in OutboundMessage message, in MessageLimits limits, bool mandatory = true)
    {
        if (message.Body.Length > limits.MaxBodyBytes)
        {
            throw PublishFailures.BodyTooLarge(message.Queue, message.Body.Length, limits.MaxBodyBytes);
        }

        var (exchange, routingKey) = message.DelaySeconds is > 0 and var seconds
            ? (DelayRouting.Exchange(seconds), DelayRouting.Key(seconds, message.Queue))
            : (string.Empty, message.Queue);

        // Never a token: a publish that is abandoned midway would leave half a message on the channel.
        return channel.BasicPublishAsync(
            exchange, routingKey, mandatory, Properties(message, limits), message.Body, CancellationToken.None);
    }

    /// <summary>Hands the news of a cancelled call to a channel, for all workers of a service.</summary>
    public static ValueTask SendCancelAsync(IChannel channel, string service, string correlationId) =>
        channel.BasicPublishAsync(
            ServiceQueues.BroadcastExchange,
            WireNames.CancelKey(service),
            mandatory: false,
            new BasicProperties { Type = WireNames.CancelType, CorrelationId = correlationId },
            ReadOnlyMemory<byte>.Empty,
            CancellationToken.None);

    /// <summary>Hands what a worker says of itself to a channel, for whoever listens.</summary>
    public static ValueTask SendAnnouncementAsync(IChannel channel, ReadOnlyMemory<byte> body) =>
        channel.BasicPublishAsync(
            ServiceQueues.BroadcastExchange,
            WireNames.AnnounceKey,
            mandatory: false,
            new BasicProperties { Type = WireNames.AnnounceType, ContentType = JsonPayloadSerializer.Json, DeliveryMode = DeliveryModes.Transient },
            body,
            CancellationToken.None);

    /// <summary>Hands the question who is there to a channel, for all workers.</summary>
    public static ValueTask SendRollCallAsync(IChannel channel) =>
        channel.BasicPublishAsync(
            ServiceQueues.BroadcastExchange,
            WireNames.RollCallKey,
            mandatory: false,
            new BasicProperties { Type = WireNames.RollCallType, DeliveryMode = DeliveryModes.Transient },
            ReadOnlyMemory<byte>.Empty,
            CancellationToken.None);

    public static InboundMessage Read(IReadOnlyBasicProperties properties, bool redelivered, ulong deliveryTag, ReadOnlyMemory<byte> body) => new()
    {
        Type = properties.Type,
        ContentType = properties.ContentType,
        CorrelationId = properties.CorrelationId,
        MessageId = properties.MessageId,
        ReplyTo = properties.ReplyTo,
        Expiration = properties.Expiration,
        UserId = properties.UserId,
        Foreign = Foreign(properties),
        Headers = Headers(properties),
        Redelivered = redelivered,
        DeliveryTag = deliveryTag,
        Body = body,
    };

    /// <summary>A message that came back because no queue takes it.</summary>
    public static InboundMessage Read(BasicReturnEventArgs returned) =>
        Read(returned.BasicProperties, redelivered: false, deliveryTag: 0, returned.Body);

    /// <summary>The queue to which a message went that came back.</summary>
    public static string QueueOf(BasicReturnEventArgs returned) =>
        returned.Exchange.Length == 0 || string.Equals(returned.Exchange, WireNames.DelayKnown, StringComparison.Ordinal)
            ? returned.RoutingKey
            : DelayRouting.QueueOf(returned.RoutingKey);

    public static string? MessageIdOf(BasicReturnEventArgs returned) => returned.BasicProperties.MessageId;

    private static BasicProperties Properties(in OutboundMessage message, in MessageLimits limits)
    {
        var properties = new BasicProperties
        {
            Type = message.Type,
            DeliveryMode = message.Persistent ? DeliveryModes.Persistent : DeliveryModes.Transient,
            ContentType = message.ContentType,
            CorrelationId = message.CorrelationId,
            MessageId = message.MessageId,
            ReplyTo = message.ReplyTo,
            Expiration = message.ExpirationMs?.ToString(CultureInfo.InvariantCulture),
        };
        if (message.UserId is { } user && string.Equals(user, limits.User, StringComparison.Ordinal))
        {
            // Any other the broker would refuse, and close the channel: https://www.rabbitmq.com/docs/validated-user-id
            properties.UserId = user;
        }

        if (message.Foreign is { } foreign)
        {
            Write(properties, foreign);
        }

        if (message.Headers is { Count: > 0 } headers)
        {
            var copy = Copy(headers, message.Queue, limits.MaxHeaderBytes);
            if (copy.TryGetValue(WireNames.ContentEncoding, out var value) && HeaderValues.TryGetText(value) is { } encoding)
            {
                copy.Remove(WireNames.ContentEncoding);
                properties.ContentEncoding = encoding;
            }

            properties.Headers = copy.Count > 0 ? copy : null;
        }

        return properties;
    }

    private static ForeignProperties? Foreign(IReadOnlyBasicProperties properties) =>
        properties.IsPriorityPresent() || properties.IsTimestampPresent() || properties.IsAppIdPresent() || properties.IsClusterIdPresent()
            ? new ForeignProperties
            {
                Priority = properties.IsPriorityPresent() ? properties.Priority : null,
                Timestamp = properties.IsTimestampPresent() ? properties.Timestamp.UnixTime : null,
                AppId = properties.AppId,
                ClusterId = properties.ClusterId,
            }
            : null;

    private static void Write(BasicProperties properties, ForeignProperties foreign)
    {
        if (foreign.Priority is { } priority)
        {
            properties.Priority = priority;
        }

        if (foreign.Timestamp is { } timestamp)
        {
            properties.Timestamp = new AmqpTimestamp(timestamp);
        }

        properties.AppId = foreign.AppId;
        properties.ClusterId = foreign.ClusterId;
    }

    // What is a property here is a header in the frames of a batch, so that is what everybody else looks for.
    private static IReadOnlyDictionary<string, object?>? Headers(IReadOnlyBasicProperties properties)
    {
        var headers = properties.Headers switch
        {
            null => null,
            IReadOnlyDictionary<string, object?> readable => readable,
            var other => new Dictionary<string, object?>(other, StringComparer.Ordinal),
        };
        return properties.ContentEncoding is { Length: > 0 } encoding ? ContentEncodings.Add(headers, encoding) : headers;
    }

    // A copy, because the library writes headers of its own into what it is given, and ours are shared between messages.
    private static Dictionary<string, object?> Copy(IReadOnlyDictionary<string, object?> headers, string queue, int maxBytes)
    {
        Dictionary<string, object?> copy;
        if (headers is SentHeaders { Rest: var rest } sent)
        {
            copy = rest is null ? new(StringComparer.Ordinal) : new(rest, StringComparer.Ordinal);
            copy[WireNames.SentUs] = sent.SentUs;
            if (copy.Count == 1)
            {
                // The plain call: it fits.
                return copy;
            }
        }
        else
        {
            copy = new(headers, StringComparer.Ordinal);
        }

        var bytes = HeaderSize.Of(copy);

        // The broker closes the whole connection on properties that don't fit one frame.
        return bytes <= maxBytes ? copy : throw PublishFailures.HeadersTooLarge(queue, bytes, maxBytes);
    }
}
