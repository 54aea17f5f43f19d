using Messaging.Running;

namespace Messaging.FailedCommands;

/// <summary>
/// The waiting of commands here, with the delivery unsettled: of ordered ones between their attempts, as a delayed copy in
/// the broker would let later ones of its key overtake, and of delayed ones until the broker says whether they were cancelled.
/// </summary>
internal sealed class HeldRetries(TimeSpan limit, TimeProvider time)
{
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits. False where the command has to go back to its partition: the worker stops, the link is lost, or it has been held for too long.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="since">When it began to be held.</param>
    /// <param name="link">What brought it.</param>
    public async Task<bool> WaitAsync(TimeSpan delay, long since, WorkerLink link)
    {
        var left = limit - time.GetElapsedTime(since);
        var fits = delay <= left;
        using var waiting = new CancellationTokenSource();
        var over = Task.Delay(fits ? delay : left > TimeSpan.Zero ? left : TimeSpan.Zero, time, waiting.Token);
        var first = await Task.WhenAny(over, _stopping.Task, link.Lost).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        return fits && first == over;
    }

    /// <summary>Ends all waiting, now and later.</summary>
    public void Stop() => _stopping.TrySetResult();
}
