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
}
