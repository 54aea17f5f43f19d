using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Says why a link could not be opened on a connection that stands.</summary>
internal static class OpenFailures
{
    // Once is no news: whoever declares a queue in the moment in which another does, or in which it is deleted, may hear it.
    private const string InternalErrorRemedy =
        "Where this comes again and again, the node's dead-letter workers have stopped, as RabbitMQ up to 4.0 lets them when a queue is deleted in the moment after it was declared: restart the node.";

    /// <param name="exception">What the client library threw.</param>
    /// <param name="stage">What was being opened, e.g. <c>the worker of 'orders'</c>.</param>
    public static TransportException From(Exception exception, string stage)
    {
        if (exception is TransportException known)
        {
            return known;
        }

        if (exception is OperationInterruptedException { ShutdownReason: { } reason })
        {
            // The library opens connections without awaiting the broker's consent, which shows with the first channel.
            if (ConnectFailures.VirtualHost(reason, exception) is { } refused)
            {
                return refused;
            }

            switch (reason.ReplyCode)
            {
                case Constants.AccessRefused:
                    return new TransportException(
                        TransportFailure.Denied,
                        $"Opening {stage}: RabbitMQ denies it: {reason.ReplyText}. Grant what it names with rabbitmqctl set_permissions.",
                        exception);
                case Constants.PreconditionFailed:
                    return new TransportException(TransportFailure.Misconfigured, $"Opening {stage}: {ArgumentClash.Explain(reason.ReplyText)}", exception);
                case Constants.InternalError:
                    return new TransportException(TransportFailure.NotSent, $"Opening {stage}: {ShutdownReasons.Explain("channel", reason)}. {InternalErrorRemedy} Nothing was sent.", exception);
                case Constants.ResourceLocked:
                case Constants.NotImplemented:
                    return new TransportException(TransportFailure.Misconfigured, $"Opening {stage}: RabbitMQ refuses it: {reason.ReplyText}.", exception);
            }
        }

        var why = exception is OperationInterruptedException { ShutdownReason: { } ended }
            ? ShutdownReasons.Explain("channel", ended)
            : exception is OperationCanceledException or TimeoutException ? "the broker did not answer in time" : exception.Message;
        return new TransportException(TransportFailure.NotSent, $"Opening {stage}: {why}. Nothing was sent.", exception);
    }
}
