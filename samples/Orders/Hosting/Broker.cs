using Messaging;
using Messaging.InMemory;

namespace Orders.Hosting;

/// <summary>The broker that all parts of this process share: RabbitMQ, or the one embedded in the process.</summary>
internal sealed class Broker
{
    private readonly Uri? _uri;
    private readonly InMemoryBroker _embedded = new();

    public Broker(Uri? uri) => _uri = uri;

    /// <summary>RabbitMQ's address; null for the embedded broker.</summary>
    public Uri? Uri => _uri;

    /// <summary>What the broker is called in the live view: never with its password.</summary>
    public string Description => _uri is null
        ? "the embedded in-memory broker"
        : $"RabbitMQ at {_uri.Host}:{(_uri.Port < 0 ? 5672 : _uri.Port)}";

    /// <summary>Makes a host of this process use it.</summary>
    public MessagingBuilder Use(MessagingBuilder messaging) => _uri is null
        ? messaging.UseInMemory(_embedded)
        : messaging.UseRabbitMq(o => o.Uri = _uri);
}
