using System.Diagnostics;

namespace Messaging.Faults.Overload;

/// <summary>The machine's monotonic clock, which all its processes share.</summary>
internal static class SharedClock
{
    private static readonly double _perMicrosecond = Stopwatch.Frequency / 1e6;

    /// <summary>Microseconds since some moment.</summary>
    public static long Microseconds => (long)(Stopwatch.GetTimestamp() / _perMicrosecond);
}
