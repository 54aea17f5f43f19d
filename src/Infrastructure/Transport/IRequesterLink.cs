namespace Messaging.Transport;

/// <summary>A requester's link: publishes requests, receives replies on a queue that only it reads.</summary>
public interface IRequesterLink : ILink
{
    /// <summary>The address of the reply queue, for the reply-to property.</summary>
    string ReplyTo { get; }

    /// <summary>
    /// Publishes without a confirm, mandatory: what no queue takes comes back by <see cref="IRequesterSink.OnReturned"/>.
    /// Thread-safe. It has no token, as abandoning a publish midway would corrupt the channel: callers keep their own
    /// deadline and walk away. The body may be reused when the task completes.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>Complete when the message is handed to the connection.</returns>
    /// <exception cref="TransportException">It was not sent, or it is unknown whether it was.</exception>
    ValueTask PublishAsync(OutboundMessage message);

    /// <summary>Publishes mandatory; complete when the broker has confirmed the message: a persistent one is safe on disk then. Thread-safe, pipelined.</summary>
    /// <param name="message">The message; its <see cref="OutboundMessage.MessageId"/> is set.</param>
    /// <returns>Complete on the publisher confirm.</returns>
    /// <exception cref="TransportException">It was returned, refused, not sent, or it is unknown whether it was taken.</exception>
    ValueTask PublishConfirmedAsync(OutboundMessage message);

    /// <summary>
    /// Has the broker remember that a delayed command was cancelled, for longer than any <see cref="OutboundMessage.Delay"/>,
    /// also when it restarts. Doing it again does no harm. <see cref="IWorkerLink.IsCancelledAsync"/> asks.
    /// </summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="messageId">The command's message id.</param>
    /// <returns>Complete when the broker has said that it remembers.</returns>
    /// <exception cref="TransportException">It does not, or it is unknown whether it does.</exception>
    Task RememberCancelledAsync(string service, string messageId);

    /// <summary>Tells every worker of a service that a call is cancelled. Best effort: it never throws.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="correlationId">The call.</param>
    /// <returns>Complete when handed to the connection, or when that failed.</returns>
    ValueTask PublishCancelAsync(string service, string correlationId);
}

/// <summary>Takes what arrives on a requester's link. Called from the transport's threads; must not block.</summary>
public interface IRequesterSink
{
    /// <summary>A message arrived on the reply queue. Its body is valid only until this returns.</summary>
    /// <param name="message">The message.</param>
    void OnReply(in InboundMessage message);

    /// <summary>A message published by <see cref="IRequesterLink.PublishAsync"/> found no queue.</summary>
    /// <param name="message">It, as it was sent. Its body is valid only until this returns.</param>
    void OnReturned(in InboundMessage message);

    /// <summary>
    /// No queue takes calls to a service just now, although it is served: the node of the broker that holds its queue is
    /// away. What is published is held, inside its expiration, until one does. Does nothing unless implemented.
    /// </summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="why">What is missing, for people; null when calls are taken again.</param>
    void OnCallsAway(string service, string? why)
    {
    }

    /// <summary>
    /// A service takes calls in another queue than before, as the node of the broker that held the first went away: what
    /// had been published to that and was not answered may be lost, or may run. Does nothing unless implemented.
    /// </summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="held">What the transport held meanwhile and publishes again itself. The bodies stay valid.</param>
    void OnCallsLost(string service, IReadOnlyList<InboundMessage> held)
    {
    }
}
