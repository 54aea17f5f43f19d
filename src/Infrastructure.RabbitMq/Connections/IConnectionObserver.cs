namespace Messaging.RabbitMq;

/// <summary>Hears that a connection is gone.</summary>
internal interface IConnectionObserver
{
    /// <summary>Called once, from the connection's own thread; must not block.</summary>
    /// <param name="reason">What happened, for people.</param>
    void OnConnectionLost(string reason);
}
