namespace Messaging.RabbitMq;

/// <summary>Where a queue is, as far as the broker says.</summary>
internal enum QueueHome
{
    /// <summary>It is there.</summary>
    Here = 0,

    /// <summary>There is no such queue.</summary>
    Missing,

    /// <summary>It is declared, and the node that holds it is away.</summary>
    Down,

    /// <summary>It is declared, or not, and the broker does not answer: as RabbitMQ 4 does for a queue whose node was killed.</summary>
    Silent,

    /// <summary>We may not know.</summary>
    Denied,
}

/// <summary>What was found of a queue.</summary>
/// <param name="Home">Where it is.</param>
/// <param name="IsIdle">Of one that is there: it holds nothing and nobody consumes it, or nobody leads it.</param>
internal readonly record struct QueueFound(QueueHome Home, bool IsIdle = false);
