namespace Messaging.Faults;

/// <summary>The contract whose calls and commands are written into ledgers.</summary>
[Service(Name, CommandPartitions = 2)]
public interface IProbe
{
    /// <summary>The service's wire name.</summary>
    const string Name = "probe";

    [Faults(typeof(ProbeFault))]
    Task<Answer> AskAsync(Question request, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="AskAsync"/>, and may be asked again.</summary>
    [Operation(Idempotent = true)]
    Task<Answer> RecallAsync(Question request, CancellationToken cancellationToken = default);

    /// <summary>Answers with the number of each item, without end.</summary>
    IAsyncEnumerable<Answer> WatchAsync(Question request, CancellationToken cancellationToken = default);

    [Command, Faults(typeof(ProbeFault))]
    Task DoAsync(Job command, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="DoAsync"/>, and dead-lettered when it has failed once.</summary>
    [Command(MaxAttempts = 1)]
    Task DoOnceAsync(Job command, CancellationToken cancellationToken = default);

    [Command(Priority = CommandPriority.High)]
    Task UrgeAsync(Job command, CancellationToken cancellationToken = default);

    [Command(OrderedBy = nameof(OrderedJob.Key))]
    Task ArrangeAsync(OrderedJob command, CancellationToken cancellationToken = default);
}

/// <summary>What is asked.</summary>
/// <param name="Id">Unique.</param>
/// <param name="IsSlow">Whether its handler takes <c>PartyOptions.SlowHandling</c>.</param>
public sealed record Question(string Id, bool IsSlow = false);

public sealed record Answer(string Id);

/// <summary>What is to be done once.</summary>
/// <param name="Id">Unique.</param>
/// <param name="Kind">What becomes of it.</param>
public sealed record Job(string Id, JobKind Kind = JobKind.Plain);

/// <summary>What is to be done once, after what came before it with the same key.</summary>
/// <param name="Id">Unique.</param>
/// <param name="Key">Of its order.</param>
public sealed record OrderedJob(string Id, int Key);

/// <summary>What becomes of a job.</summary>
public enum JobKind
{
    /// <summary>It is done.</summary>
    Plain = 0,

    /// <summary>Its handler throws.</summary>
    Fails = 1,

    /// <summary>Its handler kills the process.</summary>
    Kills = 2,

    /// <summary>It is done after <c>PartyOptions.SlowHandling</c>; its handler, cancelled, throws something of its own.</summary>
    Slow = 3,
}
