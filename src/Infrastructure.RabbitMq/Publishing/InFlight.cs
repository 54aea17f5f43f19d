namespace Messaging.RabbitMq;

/// <summary>
/// Counts operations that are handing frames to channels. Closing waits for them: a frame that follows its channel's
/// close makes the broker close the whole connection, which other links share.
/// </summary>
internal sealed class InFlight
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Negative once closed: the count is then offset by int.MinValue.
    private int _count;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) > 0)
        {
            return true;
        }

        Exit();
        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) == int.MinValue)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Lets nobody in any more. Called once.</summary>
    /// <returns>Complete when the last one has left.</returns>
    public Task CloseAsync()
    {
        if (Interlocked.Add(ref _count, int.MinValue) == int.MinValue)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }
}
