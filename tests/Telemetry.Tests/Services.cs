namespace Messaging.Telemetry.Tests;

/// <summary>Asked from outside, and asks the one behind it.</summary>
[Service("front")]
public interface IFront
{
    Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);
}

/// <summary>Asked by the one in front.</summary>
[Service("back")]
public interface IBack
{
    Task<Answer> LookAsync(Question question, CancellationToken cancellationToken = default);

    [Command(MaxAttempts = 2, ImmediateRetries = 1)]
    Task NoteAsync(Question command, CancellationToken cancellationToken = default);
}

public sealed record Question(string Text);

public sealed record Answer(string Text);

internal sealed class Front(IBack back) : IFront
{
    public async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        await back.NoteAsync(question, cancellationToken);
        return await back.LookAsync(question, cancellationToken);
    }
}

internal sealed class Back : IBack
{
    /// <summary>Completes when a command has been run.</summary>
    public TaskCompletionSource Noted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Answer> LookAsync(Question question, CancellationToken cancellationToken)
    {
        switch (question.Text)
        {
            case "fail":
                throw new RpcException(StatusCode.ResourceExhausted, "There is no more.");
            case "slow":
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
                break;
        }

        return new Answer(question.Text);
    }

    public Task NoteAsync(Question command, CancellationToken cancellationToken)
    {
        Noted.TrySetResult();
        return command.Text is "fail" ? throw new InvalidOperationException("It can't be noted.") : Task.CompletedTask;
    }
}
