namespace Messaging.Overload;

/// <summary>
/// What a successful run of an operation's handler takes at least, but for the quickest tenth of them: who has less left
/// will hardly be answered in time. Of handlers that differ much it says little, as it should.
/// </summary>
internal sealed class UsualTime
{
    // The tenth: it moves up by a little with each run that took longer, and nine times as far down with one that didn't.
    private const float Up = 1.01f;
    private const float Down = 0.91f;

    // While none succeeds, one that looks hopeless is run now and then: handlers that have become quicker must not be refused
    // for ever.
    private static readonly TimeSpan _trialEvery = TimeSpan.FromMilliseconds(250);

    private float _us;
    private long _lastSeen;

    /// <summary>The time in microseconds; 0 while nothing is known.</summary>
    public long Us => (long)Volatile.Read(ref _us);

    /// <summary>One has succeeded. Reports may race: one of them is lost then.</summary>
    /// <param name="microseconds">How long it took.</param>
    /// <param name="begunAt">When it was begun.</param>
    public void Report(uint microseconds, long begunAt)
    {
        Volatile.Write(ref _lastSeen, begunAt);
        var before = Volatile.Read(ref _us);
        Volatile.Write(ref _us, before == 0 ? microseconds : microseconds < before ? before * Down : before * Up);
    }

    /// <summary>One that looked hopeless has succeeded all the same.</summary>
    public void ReportTrial(uint microseconds) => Volatile.Write(ref _us, Math.Min(Volatile.Read(ref _us), microseconds));

    /// <summary>Whether one that looks hopeless is run to see.</summary>
    /// <param name="now">The timestamp.</param>
    /// <param name="time">The clock.</param>
    public bool TryTrial(long now, TimeProvider time)
    {
        var last = Volatile.Read(ref _lastSeen);
        return time.GetElapsedTime(last, now) >= _trialEvery && Interlocked.CompareExchange(ref _lastSeen, now, last) == last;
    }
}
