namespace Messaging.Wire;

/// <summary>A clock's timestamps in microseconds: what travels, as nobody knows another machine's frequency.</summary>
internal static class MonotonicTime
{
    private const long PerSecond = 1_000_000;

    /// <summary>The time now. It tells how much has passed since another of the same clock, and nothing else.</summary>
    public static long Now(TimeProvider time) => Of(time.GetTimestamp(), time);

    /// <summary>A timestamp of the clock.</summary>
    public static long Of(long timestamp, TimeProvider time)
    {
        // A nanosecond on Linux and 100 of them on Windows: one division.
        var frequency = time.TimestampFrequency;
        return frequency % PerSecond == 0
            ? timestamp / (frequency / PerSecond)
            : (timestamp / frequency * PerSecond) + (timestamp % frequency * PerSecond / frequency);
    }
}
