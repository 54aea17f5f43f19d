namespace Messaging.Transport;

/// <summary>What a worker consumes.</summary>
public sealed record WorkerSubscription
{
    /// <summary>The service's wire name.</summary>
    public required string Service { get; init; }

    /// <summary>Whether to consume the calls queue.</summary>
    public bool Calls { get; init; } = true;

    /// <summary>Whether to consume the commands queue.</summary>
    public bool Commands { get; init; }

    /// <summary>Whether to consume the queue of urgent commands too. Only with <see cref="Commands"/>.</summary>
    public bool HighCommands { get; init; }

    /// <summary>
    /// How many partitions of ordered commands to consume, one message at a time each; 0 for none. Of all links that
    /// consume a partition one at a time gets its messages; when that ends another takes over, beginning with what was not
    /// settled. Those that an earlier, larger number left behind are consumed too. Only with <see cref="Commands"/>.
    /// </summary>
    public int CommandPartitions { get; init; }

    /// <summary>How often to look whether this link has more than its share of the partitions, and to hand over what is too much. Default: 10 s.</summary>
    public TimeSpan PartitionBalanceInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often, more or less, to see to it that everything is there that the commands need: the queue of dead letters,
    /// and what brings delayed ones home. Default: 20 s.
    /// </summary>
    public TimeSpan TopologyWatchInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether a link may open with one of the two queues where the other can't be consumed; <see cref="IWorkerLink.Unserved"/>
    /// then says which and why. Default false: the attempt fails.
    /// </summary>
    public bool AllowPartial { get; init; }

    /// <summary>How many unsettled calls the broker may hand to this link.</summary>
    public required ushort CallPrefetch { get; init; }

    /// <summary>How many unsettled commands the broker may hand to this link.</summary>
    public required ushort CommandPrefetch { get; init; }

    /// <summary>How many unsettled urgent commands the broker may hand to this link.</summary>
    public ushort HighCommandPrefetch { get; init; }

    /// <summary>How long the calls queue outlives its last consumer (<c>x-expires</c>).</summary>
    public required TimeSpan CallQueueExpiry { get; init; }

    /// <summary>The kind of the calls queue (<c>x-queue-type</c>). Default: <see cref="CallQueueType.Classic"/>.</summary>
    public CallQueueType CallQueue { get; init; }

    /// <summary>How often a command may be delivered before it is dead-lettered by the broker (<c>x-delivery-limit</c>).</summary>
    public required int CommandDeliveryLimit { get; init; }
}
