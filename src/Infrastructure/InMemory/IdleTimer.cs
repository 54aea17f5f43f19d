namespace Messaging.InMemory;

/// <summary>Counts down the time that a queue outlives its last consumer.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly Action<IdleTimer> _elapsed;
    private readonly ITimer _timer;

    /// <param name="elapsed">Called once, with this timer, so that a queue can tell a timer that it has stopped since.</param>
    /// <param name="expiry">How long.</param>
    /// <param name="time">The clock.</param>
    public IdleTimer(Action<IdleTimer> elapsed, TimeSpan expiry, TimeProvider time)
    {
        _elapsed = elapsed;
        _timer = time.CreateTimer(static state => ((IdleTimer)state!).Elapse(), this, expiry, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Elapse() => _elapsed(this);
}
