namespace Messaging;

/// <summary>An instant on one process's monotonic clock. It never leaves the process: what travels is the time that remains.</summary>
internal readonly record struct Deadline
{
    private readonly TimeProvider _time;

    private Deadline(TimeProvider time, long timestamp)
    {
        _time = time;
        Timestamp = timestamp;
    }

    /// <summary>The instant, in <see cref="TimeProvider.GetTimestamp"/>'s ticks.</summary>
    public long Timestamp { get; }

    public TimeProvider Clock => _time;

    public TimeSpan Remaining
    {
        get
        {
            var remaining = _time.GetElapsedTime(_time.GetTimestamp(), Timestamp);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    public bool HasPassed => _time.GetTimestamp() >= Timestamp;

    public static Deadline After(TimeSpan timeout, TimeProvider time) =>
        After(timeout, time.GetTimestamp(), time);

    /// <summary>The instant so long after another one.</summary>
    public static Deadline After(TimeSpan timeout, long timestamp, TimeProvider time) =>
        new(time, timestamp + (long)(timeout.TotalSeconds * time.TimestampFrequency));

    /// <summary>The instant with a timestamp of a clock's.</summary>
    public static Deadline At(long timestamp, TimeProvider time) => new(time, timestamp);

    public Deadline Earlier(Deadline other) => other.Timestamp < Timestamp ? new(_time, other.Timestamp) : this;
}
