namespace Messaging.Transport.Contract;

/// <summary>A transport under test, the broker behind it, and what a test does to that broker behind the transport's back.</summary>
public interface ITransportHarness : IAsyncDisposable
{
    /// <summary>The transport under test, connected to a running broker.</summary>
    ITransport Transport { get; }

    /// <summary>Restarts the broker; complete when it takes connections again.</summary>
    Task RestartBrokerAsync();

    /// <summary>
    /// Publishes by the default exchange without the transport, as a foreign client would. Absent properties stay
    /// absent. Complete when the broker has the message.
    /// </summary>
    Task PublishRawAsync(string queue, InboundMessage message);

    /// <summary>Publishes by <c>amq.direct</c>, or what stands for it, to whoever listens to a routing key, as a foreign client would.</summary>
    Task BroadcastRawAsync(string key, InboundMessage message);

    /// <summary>Deletes a queue whoever uses it.</summary>
    Task DeleteQueueAsync(string queue);

    /// <summary>Has a queue refuse what is more than so many messages, as an operator's policy does; null for any number again.</summary>
    Task LimitQueueAsync(string queue, int? messages);

    /// <summary>Waits until as many messages wait in a queue, and takes them out.</summary>
    Task<IReadOnlyList<InboundMessage>> TakeAsync(string queue, int count, CancellationToken cancellationToken);

    /// <summary>Lets time pass for the broker: a fake clock is advanced, a real one waited for.</summary>
    Task PassTimeAsync(TimeSpan duration);
}
