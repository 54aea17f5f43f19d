using System.Runtime.CompilerServices;

namespace Messaging.Telemetry.Tests;

/// <summary>Called by one test at a time, so that what is measured of it is that test's.</summary>
[Service("metered")]
public interface IMetered
{
    [Operation(TimeoutMs = 5000), Faults(typeof(SoldOut))]
    Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);

    [Command(MaxAttempts = 3, ImmediateRetries = 2)]
    Task NoteAsync(Question command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Answer> TellAsync(Question question, CancellationToken cancellationToken = default);
}

/// <summary>A declared fault.</summary>
public sealed class SoldOut() : Exception("Sold out.");

/// <summary>Holds a handler up.</summary>
internal sealed class MeteredGate
{
    /// <summary>Completes when a question that waits has been asked.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets what waits go on.</summary>
    public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Does what the question says.</summary>
internal sealed class Metered(MeteredGate gate) : IMetered
{
    public async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        switch (question.Text)
        {
            case "missing":
                throw new RpcException(StatusCode.NotFound, "There is none.");
            case "sold out":
                throw new SoldOut();
            case "slow":
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
            case "wait":
                gate.Asked.TrySetResult();
                await gate.Answered.Task;
                break;
        }

        return new Answer(question.Text);
    }

    public Task NoteAsync(Question command, CancellationToken cancellationToken) =>
        command.Text is "bad" ? throw new InvalidOperationException("It can't be noted.") : Task.CompletedTask;

    public async IAsyncEnumerable<Answer> TellAsync(Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 0; number < 3; number++)
        {
            yield return new Answer($"{question.Text} {number}");
        }

        await Task.CompletedTask;
    }
}
