using System.Globalization;
using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Says why a message did not go out.</summary>
internal static class PublishFailures
{
    public static TransportException LinkLost(string queue, LinkLoss? loss) =>
        new(TransportFailure.NotSent, $"Publishing to '{queue}': the link to RabbitMQ is gone ({loss?.Reason ?? "closing"}). Nothing was sent; try again when there is a new one.");

    public static TransportException BrokeMidway(string queue, LinkLoss loss) =>
        new(TransportFailure.Unknown, $"Publishing to '{queue}': {loss.Reason}. It is unknown whether the message was taken.");

    public static TransportException Unroutable(string queue) =>
        new(TransportFailure.Unroutable, $"Publishing to '{queue}': no such queue. Nobody has served it yet, or not for as long as it waits; start a worker.");

    public static TransportException Refused(string queue) =>
        new(TransportFailure.Refused, $"Publishing to '{queue}': RabbitMQ refused the message (a negative confirm): the queue is full. Back off and try again.");

    /// <summary>It was refused because nobody leads the queue; who publishes it again later finds a leader.</summary>
    public static TransportException NoQuorum(string queue) =>
        new(TransportFailure.Refused, $"Publishing to '{queue}': RabbitMQ refused the message (a negative confirm), as the queue has no leader or no majority of its nodes just now. Nothing was taken. Try again; if it stays, bring its nodes back.")
        {
            Passes = true,
        };

    public static TransportException ChannelClosed(string queue, ShutdownEventArgs reason) =>
        new(TransportFailure.NotSent, $"Publishing to '{queue}': {ShutdownReasons.Explain("channel", reason)}. Nothing was sent.");

    /// <summary>An exchange, a queue or a binding of the delays is gone, and gone again after it was declared.</summary>
    public static TransportException DelayMissing(string queue, int seconds, ShutdownEventArgs? closed, bool mayBeTaken)
    {
        var level = DelayRouting.Exchange(seconds);
        var what = closed is { ReplyCode: Constants.NotFound }
            ? $"RabbitMQ says {closed.ReplyText}"
            : $"the exchange '{level}' has no queue for it: the queue '{level}', or its binding, is missing";
        return new TransportException(
            mayBeTaken ? TransportFailure.Unknown : TransportFailure.Refused,
            $"Delaying a message for '{queue}' by {seconds.ToString(CultureInfo.InvariantCulture)} s: {what}. It was declared again, and is gone again: see who deletes 'messaging.delay.*', or which policy lets it expire.");
    }

    /// <summary>The queue of a level took it not.</summary>
    public static TransportException DelayRefused(string queue, int seconds) =>
        new(
            TransportFailure.Refused,
            $"Delaying a message for '{queue}' by {seconds.ToString(CultureInfo.InvariantCulture)} s: RabbitMQ refused it (a negative confirm): the queue '{DelayRouting.Exchange(seconds)}' is full. Back off and try again.");

    public static TransportException CannotDelay(string queue) =>
        new(TransportFailure.Misconfigured, $"Publishing to '{queue}': a message with a delay is published with a confirm and without an expiration.");

    public static TransportException BodyTooLarge(string queue, int bytes, int limit) =>
        new(TransportFailure.TooLarge, string.Create(
            CultureInfo.InvariantCulture,
            $"Publishing to '{queue}': the message is {bytes} bytes and the limit is {limit}. Send less, or raise Messaging:RabbitMq:MaxMessageBytes here and max_message_size at the broker."));

    public static TransportException HeadersTooLarge(string queue, int bytes, int limit) =>
        new(TransportFailure.TooLarge, string.Create(
            CultureInfo.InvariantCulture,
            $"Publishing to '{queue}': the headers are {bytes} bytes and one frame holds {limit}. Send less in headers; large values belong in the body."));

    /// <summary>What a publish failed with that the client library reported.</summary>
    public static TransportException From(Exception exception, string queue) => exception switch
    {
        TransportException known => known,
        AlreadyClosedException closed => new TransportException(
            TransportFailure.NotSent, $"Publishing to '{queue}': {ShutdownReasons.Explain("channel", closed.ShutdownReason!)}. Nothing was sent.", closed),

        // Thrown while the message is written into memory, before anything is sent.
        ArgumentException or WireFormattingException => new TransportException(
            TransportFailure.Misconfigured, $"Publishing to '{queue}': a property can't be written: {exception.Message} AMQP's short strings hold 255 bytes.", exception),
        _ => new TransportException(
            TransportFailure.Unknown, $"Publishing to '{queue}': {exception.Message} It is unknown whether the message was taken.", exception),
    };
}
