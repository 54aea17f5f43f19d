namespace Messaging.Streaming;

/// <summary>What a sender may still send. One sends, anybody grants.</summary>
internal sealed class StreamCredit
{
    private readonly Lock _lock = new();
    private long _sentItems;
    private long _sentBytes;
    private StreamWindow _granted;
    private TaskCompletionSource? _waiter;

    /// <summary>How many items were sent.</summary>
    public long SentItems => Volatile.Read(ref _sentItems);

    /// <summary>Counts an item that was sent.</summary>
    /// <returns>Its place in the stream, from 1.</returns>
    public long Spend(int bytes)
    {
        lock (_lock)
        {
            _sentBytes += bytes;
            return ++_sentItems;
        }
    }

    /// <summary>Raises the totals that may be sent; lower ones than before change nothing.</summary>
    public void Grant(StreamWindow credit)
    {
        TaskCompletionSource? waiter = null;
        lock (_lock)
        {
            _granted = new StreamWindow(Math.Max(_granted.Items, credit.Items), Math.Max(_granted.Bytes, credit.Bytes));
            if (HasRoom)
            {
                (waiter, _waiter) = (_waiter, null);
            }
        }

        waiter?.TrySetResult();
    }

    /// <summary>Waits until an item may be sent.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (HasRoom && !cancellationToken.IsCancellationRequested)
            {
                return ValueTask.CompletedTask;
            }

            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return WaitAsync(_waiter, cancellationToken);
        }
    }

    // The last item may exceed the bytes: one larger than the window must pass too.
    private bool HasRoom => _sentItems < _granted.Items && _sentBytes < _granted.Bytes;

    private static async ValueTask WaitAsync(TaskCompletionSource waiter, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            static (waiter, token) => ((TaskCompletionSource)waiter!).TrySetCanceled(token), waiter);
        await using (registration.ConfigureAwait(false))
        {
            await waiter.Task.ConfigureAwait(false);
        }
    }
}
