namespace Messaging.Running;

/// <summary>What the broker is told of a delivery, from best to worst: of a batch's calls the worst decides.</summary>
internal enum Settlement
{
    /// <summary>It is acknowledged.</summary>
    Done = 0,

    /// <summary>It can't be carried further: the broker dead-letters it.</summary>
    Rejected,

    /// <summary>It goes back to the queue for another worker.</summary>
    Requeued,

    /// <summary>Nothing: its link is lost, or it must not count as done, and the broker gives it to another worker.</summary>
    None,
}
