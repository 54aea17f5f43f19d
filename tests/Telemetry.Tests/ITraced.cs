using System.Globalization;
using System.Runtime.CompilerServices;

namespace Messaging.Telemetry.Tests;

/// <summary>Fails in every way that a span tells of.</summary>
[Service("traced")]
public interface ITraced
{
    [Operation(Idempotent = true)]
    Task<Answer> AskAsync(Question question, CancellationToken cancellationToken = default);

    [Command(MaxAttempts = 2, ImmediateRetries = 1)]
    Task NoteAsync(Question command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Answer> TellAsync(Question question, CancellationToken cancellationToken = default);
}

internal sealed class Traced : ITraced
{
    public Task<Answer> AskAsync(Question question, CancellationToken cancellationToken) => CallContext.Current!.Attempt < 3
        ? throw new RpcException(StatusCode.Unavailable, "Not yet.")
        : Task.FromResult(new Answer(CallContext.Current.Attempt.ToString(CultureInfo.InvariantCulture)));

    public Task NoteAsync(Question command, CancellationToken cancellationToken) => throw new InvalidOperationException("It is a secret.");

    public async IAsyncEnumerable<Answer> TellAsync(Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 0; number < 3; number++)
        {
            yield return new Answer(question.Text);
        }

        await Task.CompletedTask;
        throw new RpcException(StatusCode.DataLoss, "The rest is lost.");
    }
}
