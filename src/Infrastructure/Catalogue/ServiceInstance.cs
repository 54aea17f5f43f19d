namespace Messaging;

/// <summary>A worker of one service in one process, as it last announced itself.</summary>
public sealed record ServiceInstance
{
    /// <summary>The service's wire name.</summary>
    public required string Service { get; init; }

    /// <summary>The worker's id, unique for as long as it lives.</summary>
    public required string Instance { get; init; }

    /// <summary>The version of its contract's assembly; null where it has none.</summary>
    public string? Version { get; init; }

    /// <summary>The name of the machine, container or pod that it runs on.</summary>
    public required string Host { get; init; }

    /// <summary>Its process id there.</summary>
    public int ProcessId { get; init; }

    /// <summary>How long its worker has run.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>How many calls and commands it may run at once. Streams come on top.</summary>
    public int Concurrency { get; init; }

    /// <summary>How many handlers it runs now, those of streams among them.</summary>
    public int Running { get; init; }

    /// <summary>Whether it has stopped taking work, because it is about to end.</summary>
    public bool Draining { get; init; }

    /// <summary>
    /// How many calls it has refused since it started, before a handler began, as they could not be answered in time. They
    /// are not among those that failed.
    /// </summary>
    public long Refused { get; init; }

    /// <summary>What each of its operations has done, in the order of declaration.</summary>
    public IReadOnlyList<OperationLoad> Operations { get; init; } = [];

    /// <summary>When it was last heard of, by this process's clock.</summary>
    public DateTimeOffset LastSeen { get; init; }
}

/// <summary>What one operation of one instance has done.</summary>
public sealed record OperationLoad
{
    /// <summary>The method's wire name.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of operation it is.</summary>
    public OperationKind Kind { get; init; }

    /// <summary>How many of its handlers have ended since the worker started.</summary>
    public long Handled { get; init; }

    /// <summary>How many of these failed: their caller got another status than OK, or their command was retried or given up.</summary>
    public long Failed { get; init; }

    /// <summary>How many handlers ended each second, over the time since the announcement before.</summary>
    public double Rate { get; init; }

    /// <summary>The median time in the handler over the time since the announcement before; null where none ended in it.</summary>
    public TimeSpan? Median { get; init; }

    /// <summary>The 99th percentile of the time in the handler over the time since the announcement before; null where none ended in it.</summary>
    public TimeSpan? Percentile99 { get; init; }
}
