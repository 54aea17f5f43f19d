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

    /// <summary>
    /// Whether a link may open with one of the two queues where the other can't be consumed; <see cref="IWorkerLink.Unserved"/>
    /// then says which and why. Default false: the attempt fails.
    /// </summary>
    public bool AllowPartial { get; init; }

    /// <summary>How many unsettled calls the broker may hand to this link.</summary>
    public required ushort CallPrefetch { get; init; }

    /// <summary>How many unsettled commands the broker may hand to this link.</summary>
    public required ushort CommandPrefetch { get; init; }

    /// <summary>How long the calls queue outlives its last consumer (<c>x-expires</c>).</summary>
    public required TimeSpan CallQueueExpiry { get; init; }

    /// <summary>The kind of the calls queue (<c>x-queue-type</c>). Default: <see cref="CallQueueType.Classic"/>.</summary>
    public CallQueueType CallQueue { get; init; }

    /// <summary>How often a command may be delivered before it is dead-lettered by the broker (<c>x-delivery-limit</c>).</summary>
    public required int CommandDeliveryLimit { get; init; }
}
