using Messaging.Transport;

namespace Messaging.Calls.Contract;

/// <summary>A broker under test and what a test does to it behind the library's back.</summary>
public interface ICallHarness : IAsyncDisposable
{
    /// <summary>Chooses the transport under test, connected to the broker under test.</summary>
    void UseTransport(MessagingBuilder builder);

    /// <summary>Stops the broker: every connection breaks, none can be made.</summary>
    Task StopBrokerAsync();

    /// <summary>Starts the stopped broker; complete when it takes connections.</summary>
    Task StartBrokerAsync();

    /// <summary>Publishes by the default exchange as a foreign client would.</summary>
    Task PublishRawAsync(string queue, InboundMessage message);

    /// <summary>Publishes by <c>amq.direct</c>, or what stands for it, to whoever listens to a routing key.</summary>
    Task BroadcastRawAsync(string key, InboundMessage message);

    /// <summary>Declares a queue that no worker of ours declared.</summary>
    Task DeclareQueueAsync(string queue);

    /// <summary>Has the broker refuse what is published to a queue from now on, as it does where that is full.</summary>
    Task RefusePublishesAsync(string queue);

    /// <summary>Ends what <see cref="RefusePublishesAsync"/> began, for all queues.</summary>
    Task TakePublishesAsync();

    /// <summary>Deletes a queue and its messages whoever uses it.</summary>
    Task DeleteQueueAsync(string queue);

    /// <summary>Waits until a message waits in a queue, and takes it out.</summary>
    Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken);
}
