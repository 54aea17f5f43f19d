namespace Messaging.Inbox;

/// <summary>
/// One time that an inbox's database is away. When it takes rows again, those who wait are let in to try; the outage is
/// over when one of them got through, so that a database that takes little things alone is not taken to be well each time.
/// </summary>
internal sealed class InboxOutage(string reason)
{
    private volatile TaskCompletionSource _proved = Create();
    private volatile TaskCompletionSource<bool>? _trial;

    /// <summary>Why, as far as is known now.</summary>
    public string Reason { get; set; } = reason;

    /// <summary>Completes when it is worth trying.</summary>
    public Task Proved => _proved.Task;

    /// <summary>Tells how it went for one who was let in.</summary>
    public void End(bool well) => _trial?.TrySetResult(well);

    /// <summary>Lets those in who wait.</summary>
    /// <returns>Whether it is over: one got through, or none had anything to say.</returns>
    public async Task<bool> TryAsync(TimeSpan quiet, TimeProvider time, CancellationToken cancellationToken)
    {
        var trial = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _trial = trial;
        _proved.TrySetResult();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(trial.Task, Task.Delay(quiet, time, end.Token)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await end.CancelAsync().ConfigureAwait(false);
        _trial = null;
        if (!trial.TrySetResult(true) && !await trial.Task.ConfigureAwait(false))
        {
            _proved = Create();
            return false;
        }

        return true;
    }

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
