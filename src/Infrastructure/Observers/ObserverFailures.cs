using System.Diagnostics.Metrics;

namespace Messaging.Observers;

/// <summary>Who watches the system and is told by it.</summary>
internal enum Observer
{
    Logger = 0,
    Activities = 1,
    Meters = 2,
}

/// <summary>
/// Counts what observers threw. They can't be told of it, and who is watched must not suffer from it: the counts are in a
/// metric that is asked for, and in the data of the readiness check.
/// </summary>
internal static class ObserverFailures
{
    public const string Tag = "messaging.observer";

    private static readonly long[] _counts = new long[3];
    private static volatile string? _last;

    /// <summary>What went wrong so far; null for nothing.</summary>
    public static string? Summary =>
        _last is { } last ? $"loggers failed {CountOf(Observer.Logger)} times, listeners of activities {CountOf(Observer.Activities)}, of meters {CountOf(Observer.Meters)}; the last: {last}" : null;

    public static long CountOf(Observer observer) => Volatile.Read(ref _counts[(int)observer]);

    public static void Count(Observer observer, Exception exception)
    {
        Interlocked.Increment(ref _counts[(int)observer]);
        _last = $"{ExceptionText.TypeOf(exception)}: {ExceptionText.MessageOf(exception)}";
    }

    public static IEnumerable<Measurement<long>> Measure() =>
    [
        new(CountOf(Observer.Logger), new KeyValuePair<string, object?>(Tag, "logger")),
        new(CountOf(Observer.Activities), new KeyValuePair<string, object?>(Tag, "activities")),
        new(CountOf(Observer.Meters), new KeyValuePair<string, object?>(Tag, "meters")),
    ];
}
