namespace Messaging.Outbox;

/// <summary>Tells the dispatcher that there may be something to do. What is said while it works is not forgotten.</summary>
internal sealed class OutboxSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _inserted;
    private bool _committed;

    /// <summary>A command was stored in a transaction that is still open: its commit comes soon, or never.</summary>
    public void Inserted() => Raise(inserted: true, committed: false);

    /// <summary>A transaction was committed.</summary>
    public void Committed() => Raise(inserted: false, committed: true);

    /// <summary>Something else happened that the dispatcher must see to.</summary>
    public void Wake() => Raise(inserted: false, committed: false);

    /// <summary>Waits until something is said, or for the delay.</summary>
    public async Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
    {
        Task raised;
        lock (_lock)
        {
            raised = _raised.Task;
        }

        if (!raised.IsCompleted && delay > TimeSpan.Zero)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(raised, Task.Delay(delay, time, end.Token)).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes what was said since the last time.</summary>
    public (bool Inserted, bool Committed) Take()
    {
        lock (_lock)
        {
            if (_raised.Task.IsCompleted)
            {
                _raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var said = (_inserted, _committed);
            (_inserted, _committed) = (false, false);
            return said;
        }
    }

    private void Raise(bool inserted, bool committed)
    {
        lock (_lock)
        {
            _inserted |= inserted;
            _committed |= committed;
            _raised.TrySetResult();
        }
    }
}
