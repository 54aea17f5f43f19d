namespace Messaging.InMemory;

/// <summary>What a consumer says of a delivery.</summary>
internal enum Settlement
{
    /// <summary>It is done.</summary>
    Ack = 0,

    /// <summary>It goes back to its place.</summary>
    Requeue,

    /// <summary>It is dead-lettered, or dropped where the queue has no dead-letter queue.</summary>
    Reject,
}
