namespace Messaging.Faults;

/// <summary>The contract whose calls and commands are written into ledgers.</summary>
[Service(Name)]
public interface IProbe
{
    /// <summary>The service's wire name.</summary>
    const string Name = "probe";

    Task<Answer> AskAsync(Question request, CancellationToken cancellationToken = default);

    /// <summary>Answers with the number of each item, without end.</summary>
    IAsyncEnumerable<Answer> WatchAsync(Question request, CancellationToken cancellationToken = default);

    [Command]
    Task DoAsync(Job command, CancellationToken cancellationToken = default);
}

public sealed record Question(string Id);

public sealed record Answer(string Id);

/// <summary>What is to be done once.</summary>
/// <param name="Id">Unique.</param>
/// <param name="Kind">What becomes of it.</param>
public sealed record Job(string Id, JobKind Kind = JobKind.Plain);

/// <summary>What becomes of a job.</summary>
public enum JobKind
{
    /// <summary>It is done.</summary>
    Plain = 0,

    /// <summary>Its handler throws.</summary>
    Fails = 1,

    /// <summary>Its handler kills the process.</summary>
    Kills = 2,
}
