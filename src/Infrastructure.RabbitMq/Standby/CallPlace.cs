namespace Messaging.RabbitMq;

/// <summary>Where a service takes calls.</summary>
internal enum CallPlace
{
    /// <summary>In its own queue.</summary>
    Home = 0,

    /// <summary>In the standby.</summary>
    Standby,

    /// <summary>In the standby, or nowhere: we may not look.</summary>
    Unsure,

    /// <summary>Nowhere yet: the node that holds its queue is away, and no worker has declared the standby.</summary>
    Away,

    /// <summary>Nowhere: there is no such queue.</summary>
    Missing,
}
