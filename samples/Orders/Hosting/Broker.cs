using Messaging;
using Messaging.InMemory;

namespace Orders.Hosting;

/// <summary>The broker that all parts of this process share: RabbitMQ, or the one embedded in the process.</summary>
internal sealed class Broker(Uri? uri) : IDisposable
{
    private readonly InMemoryBroker _embedded = new();

    /// <summary>RabbitMQ's address; null for the embedded broker.</summary>
    public Uri? Uri => uri;

    /// <summary>What the broker is called in the live view: never with its password.</summary>
    public string Description => uri is null
        ? "the embedded in-memory broker"
        : $"RabbitMQ at {uri.Host}:{(uri.Port < 0 ? 5672 : uri.Port)}";

    /// <summary>Makes a host of this process use it.</summary>
    /// <param name="messaging">The host's builder.</param>
    /// <param name="name">What the broker's tools show for the host's connections.</param>
    public MessagingBuilder Use(MessagingBuilder messaging, string name) => uri is null
        ? messaging.UseInMemory(_embedded)
        : messaging.UseRabbitMq(o =>
        {
            o.Uri = uri;
            o.ClientProvidedName = $"orders {name}";
        });

    public void Dispose() => _embedded.Dispose();
}
