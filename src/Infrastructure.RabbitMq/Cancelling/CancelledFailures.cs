using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Says why the broker could not be asked about a cancelled command, or told of one.</summary>
internal static class CancelledFailures
{
    public static TransportException NoAnswer(string stage, TimeSpan limit) => new(
        TransportFailure.Unknown,
        $"{stage}: RabbitMQ gave no answer in {limit.TotalSeconds:0} s. See whether the queue messaging.cancelled.* has a leader: rabbitmq-queues quorum_status.");

    public static TransportException Refused(string stage) => new(
        TransportFailure.Refused,
        $"{stage}: RabbitMQ refused it (a negative confirm): the queue messaging.cancelled.* has no quorum, or a policy makes it refuse messages.");

    /// <param name="exception">What the client library threw.</param>
    /// <param name="stage">What was being done, e.g. <c>Cancelling 'x'</c>.</param>
    /// <param name="loss">Why the link is lost, if it is.</param>
    public static TransportException From(Exception exception, string stage, LinkLoss? loss) => exception switch
    {
        TransportException known => known,
        _ when loss is not null => new TransportException(
            TransportFailure.NotSent, $"{stage}: the link to RabbitMQ is gone ({loss.Reason}). Try again when there is a new one.", exception),
        OperationInterruptedException { ShutdownReason: { } reason } => Closed(stage, reason, exception),
        _ => new TransportException(TransportFailure.Unknown, $"{stage}: {exception.Message} Try again.", exception),
    };

    /// <summary>What the end of a channel means for what was being done on it. Unroutable: the exchange or the queue was deleted.</summary>
    public static TransportException Closed(string stage, ShutdownEventArgs? reason, Exception? exception = null) => reason?.ReplyCode switch
    {
        Constants.NotFound => new(TransportFailure.Unroutable, $"{stage}: {reason.ReplyText}. Try again: it is declared anew.", exception),
        Constants.AccessRefused => new(
            TransportFailure.Denied, $"{stage}: RabbitMQ denies it: {reason.ReplyText}. Grant what it names with rabbitmqctl set_permissions.", exception),
        Constants.PreconditionFailed => new(TransportFailure.Misconfigured, $"{stage}: {ArgumentClash.Explain(reason.ReplyText)}", exception),
        _ => new(
            TransportFailure.Unknown, $"{stage}: {(reason is null ? "the channel is closed" : ShutdownReasons.Explain("channel", reason))}. Try again.", exception),
    };
}
