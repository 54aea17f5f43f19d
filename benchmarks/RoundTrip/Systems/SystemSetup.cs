namespace Messaging.RoundTrip.Systems;

/// <summary>The kind of queue that requests wait in.</summary>
internal enum QueueKind
{
    /// <summary>A durable classic queue; requests are transient and unconfirmed (MassTransit: its own defaults).</summary>
    Classic,

    /// <summary>A quorum queue; requests are persistent and confirmed by the broker.</summary>
    Quorum,
}

/// <summary>What workers and requesters of one measurement agree on.</summary>
internal sealed record SystemSetup
{
    /// <summary>The broker's amqp URI.</summary>
    public required Uri Broker { get; init; }

    /// <summary>The kind of queue that requests wait in.</summary>
    public required QueueKind Queue { get; init; }

    /// <summary>The size of what each call sends and gets back, in bytes.</summary>
    public required int PayloadBytes { get; init; }

    /// <summary>How long a handler takes before it answers.</summary>
    public required TimeSpan Handler { get; init; }

    /// <summary>How many calls each worker handles at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>
    /// How many requests the broker may hand to a worker unacknowledged, where a library leaves that to its user: enough
    /// to keep instant handlers busy, and as many as can run where a call that waits at one worker could run at another.
    /// </summary>
    public ushort Prefetch => (ushort)(Handler == TimeSpan.Zero ? Concurrency * 2 : Concurrency);
}
