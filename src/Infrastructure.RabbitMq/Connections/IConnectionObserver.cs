using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>Hears that a connection is gone.</summary>
internal interface IConnectionObserver
{
    /// <summary>Called once, from the connection's own thread; must not block.</summary>
    /// <param name="loss">What happened.</param>
    void OnConnectionLost(LinkLoss loss);
}
