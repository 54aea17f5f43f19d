using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Says why a look into a queue failed.</summary>
internal static class QueueFailures
{
    public static TransportException LinkLost(string stage, string queue, LinkLoss? loss) =>
        new(TransportFailure.NotSent, $"{stage} '{queue}': the link to RabbitMQ is gone ({loss?.Reason ?? "closing"}). Open a new one.");

    /// <summary>Why a passive declaration failed: a denial names the right to configure, and any right on the queue will do.</summary>
    public static Exception FromLook(Exception exception, string stage, string queue) =>
        exception is OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.AccessRefused } reason }
            ? new TransportException(
                TransportFailure.Denied,
                $"{stage} '{queue}': RabbitMQ denies it: {reason.ReplyText}. Since version 4.3 who looks at a queue needs a permission on it, whichever: write tells the least " +
                "(4.3.0 and 4.2.6 alone want configure). Grant it with rabbitmqctl set_permissions.",
                exception)
            : From(exception, stage, queue);

    /// <param name="exception">What the client library threw.</param>
    /// <param name="stage">What was being done, e.g. <c>Purging</c>.</param>
    /// <param name="queue">The queue.</param>
    public static Exception From(Exception exception, string stage, string queue) => exception switch
    {
        TransportException known => known,
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.NotFound } reason } => new TransportException(
            TransportFailure.Unroutable, $"{stage} '{queue}': RabbitMQ has no such queue: {reason.ReplyText}. Check the name; a service's workers declare its queues.", exception),
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.AccessRefused } reason } => new TransportException(
            TransportFailure.Denied, $"{stage} '{queue}': RabbitMQ denies it: {reason.ReplyText}. Grant what it names with rabbitmqctl set_permissions.", exception),
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.ResourceLocked or Constants.NotImplemented } reason } => new TransportException(
            TransportFailure.Misconfigured, $"{stage} '{queue}': RabbitMQ refuses it: {reason.ReplyText}.", exception),
        OperationInterruptedException { ShutdownReason: { } reason } => new TransportException(
            TransportFailure.Unknown, $"{stage} '{queue}': {ShutdownReasons.Explain("channel", reason)}. Open a new link and look again.", exception),
        _ => new TransportException(
            TransportFailure.Unknown, $"{stage} '{queue}': {exception.Message} Open a new link and look again.", exception),
    };
}
