namespace Messaging.Watching;

/// <summary>All services, as the overview shows them. Rates are a second, latencies in milliseconds.</summary>
/// <param name="Number">The sample's number: one more each step.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="IsKnown">Whether the catalogue has answered since the start.</param>
/// <param name="Trouble">What is wrong with the broker; null for nothing.</param>
/// <param name="Total">All services as one.</param>
/// <param name="Services">Each service.</param>
internal sealed record FleetSnapshot(long Number, long At, bool IsKnown, BrokerTrouble? Trouble, ServiceRow Total, IReadOnlyList<ServiceRow> Services);

/// <summary>One service, or all.</summary>
internal sealed record ServiceRow
{
    public required string Name { get; init; }
    public int Instances { get; init; }
    public int Draining { get; init; }
    public int Running { get; init; }
    public int Concurrency { get; init; }
    public double Rate { get; init; }
    public double Failures { get; init; }

    /// <summary>Calls that were refused in time, a second. They did not fail.</summary>
    public double Refused { get; init; }

    public double? Median { get; init; }
    public double? Percentile99 { get; init; }

    /// <summary>How many messages wait in its queues, dead letters apart; null where they could never be looked at.</summary>
    public long? Waiting { get; init; }

    /// <summary>How many dead letters it has; null where they could never be looked at.</summary>
    public long? Dead { get; init; }

    /// <summary>Why its queues can't be looked at now; null where they can.</summary>
    public BrokerTrouble? Trouble { get; init; }
}

/// <summary>One service in detail.</summary>
/// <param name="Number">The sample's number.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
/// <param name="IsKnown">Whether the catalogue has answered since the start.</param>
/// <param name="Trouble">What is wrong with the broker; null for nothing.</param>
/// <param name="Service">The service as a whole.</param>
/// <param name="TotalDead">How many dead letters all services have.</param>
/// <param name="Operations">Its operations, over all instances.</param>
/// <param name="Instances">Its instances, up to a limit.</param>
/// <param name="Queues">Its queues; null where they could never be looked at.</param>
internal sealed record ServiceSnapshot(
    long Number, long At, bool IsKnown, BrokerTrouble? Trouble, ServiceRow Service, long? TotalDead,
    IReadOnlyList<OperationRow> Operations, IReadOnlyList<InstanceRow> Instances, IReadOnlyList<QueueState>? Queues);

/// <summary>One operation of a service, over all instances.</summary>
internal sealed record OperationRow(string Name, OperationKind Kind, double Rate, double Failures, double? Median, double? Percentile99, long Handled, long Failed);

/// <summary>One instance.</summary>
internal sealed record InstanceRow
{
    public required string Instance { get; init; }
    public required string Host { get; init; }
    public int ProcessId { get; init; }
    public string? Version { get; init; }
    public double UptimeSeconds { get; init; }
    public double SilentSeconds { get; init; }
    public int Concurrency { get; init; }
    public int Running { get; init; }
    public bool Draining { get; init; }
    public double Rate { get; init; }
    public double Failures { get; init; }

    /// <summary>Calls that were refused in time, a second. They did not fail.</summary>
    public double Refused { get; init; }

    public double? Median { get; init; }
    public double? Percentile99 { get; init; }
}
