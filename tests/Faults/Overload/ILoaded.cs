namespace Messaging.Faults.Overload;

/// <summary>The contract whose workers are given more than they can do.</summary>
[Service(Name)]
public interface ILoaded
{
    /// <summary>The service's wire name.</summary>
    const string Name = "loaded";

    /// <summary>Takes as long as the run says, and answers with the number.</summary>
    Task<Work> WorkAsync(Work request, CancellationToken cancellationToken = default);

    /// <summary>Answers with a number ten times a second, without end.</summary>
    IAsyncEnumerable<Work> FollowAsync(Work request, CancellationToken cancellationToken = default);
}

/// <summary>What is asked, and what is answered.</summary>
/// <param name="Number">Any.</param>
public sealed record Work(int Number);
