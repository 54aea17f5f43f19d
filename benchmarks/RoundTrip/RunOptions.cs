using System.Globalization;
using Messaging.RoundTrip.Parties;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip;

/// <summary>What to measure.</summary>
internal sealed record RunOptions
{
    /// <summary>The broker to use; null starts a private one.</summary>
    public required Uri? Broker { get; init; }

    /// <summary>The process whose processor time is the broker's; null finds it when the broker runs on this machine.</summary>
    public required int? BrokerPid { get; init; }

    /// <summary>Names from the catalog of systems, in the order of the first round.</summary>
    public required IReadOnlyList<string> Systems { get; init; }

    /// <summary>The numbers of concurrent callers.</summary>
    public required IReadOnlyList<int> Callers { get; init; }

    /// <summary>The kind of queue that requests wait in.</summary>
    public required QueueKind Queue { get; init; }

    /// <summary>The sizes of a request and of its reply, in bytes.</summary>
    public required IReadOnlyList<int> PayloadBytes { get; init; }

    /// <summary>How long a worker's handler takes.</summary>
    public required IReadOnlyList<TimeSpan> Handlers { get; init; }

    /// <summary>How many calls each worker handles at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>How long to call before anything is counted.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How long to count.</summary>
    public required TimeSpan Measured { get; init; }

    /// <summary>How often everything is repeated.</summary>
    public required int Rounds { get; init; }

    /// <summary>The numbers of competing workers.</summary>
    public required IReadOnlyList<int> Workers { get; init; }

    /// <summary>The numbers of requesters, which share the callers.</summary>
    public required IReadOnlyList<int> Requesters { get; init; }

    /// <summary>Every worker and every requester has a process of its own.</summary>
    public required bool Split { get; init; }

    /// <summary>Sample what is allocated, by type.</summary>
    public required bool Allocations { get; init; }

    /// <summary>Every combination, by which a sweep goes.</summary>
    public IReadOnlyList<Case> Cases =>
    [
        .. from payload in PayloadBytes
           from handler in Handlers
           from workers in Workers
           from requesters in Requesters
           from callers in Callers
           select new Case(payload, handler, workers, requesters, callers),
    ];

    /// <summary>What cannot be measured together.</summary>
    public IEnumerable<string> Problems
    {
        get
        {
            if (Callers.Min() < Requesters.Max())
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Requesters.Max()} requesters cannot share {Callers.Min()} callers. Write --callers {Requesters.Max()} or more.");
            }

            if (Split && Systems.Contains(MessagingSystem.InMemoryName, StringComparer.Ordinal))
            {
                yield return $"{MessagingSystem.InMemoryName} lives in one process. Leave out --split, or it from --systems.";
            }

            if (Queue == QueueKind.Quorum && Systems.Contains(MessagingSystem.InMemoryName, StringComparer.Ordinal))
            {
                yield return $"{MessagingSystem.InMemoryName} has no quorum queues. Leave out --queue, or it from --systems.";
            }

            if (Queue == QueueKind.Quorum && Systems.Contains(MassTransitSystem.TunedName, StringComparer.Ordinal))
            {
                yield return $"{MassTransitSystem.TunedName} sends transient messages without confirms. Leave out --queue, or it from --systems.";
            }
        }
    }

    /// <summary>What all parties of a measurement agree on; nobody is in them yet.</summary>
    /// <param name="system">One of <see cref="Systems"/>.</param>
    /// <param name="one">One of <see cref="Cases"/>.</param>
    /// <param name="broker">The broker's amqp URI.</param>
    public PartySetup SetupOf(string system, Case one, Uri broker) => new()
    {
        System = system,
        SampleAllocations = Allocations,
        Common = new SystemSetup
        {
            Broker = broker,
            Queue = Queue,
            PayloadBytes = one.PayloadBytes,
            Handler = one.Handler,
            Concurrency = Concurrency,
        },
    };
}
