using System.Globalization;

namespace Messaging.Deadlines;

/// <summary>Writes a span of time for people, in the unit in which somebody would have set it.</summary>
internal static class TimeText
{
    private static readonly (TimeSpan Unit, string Name)[] _units =
    [
        (TimeSpan.FromDays(1), "d"), (TimeSpan.FromHours(1), "h"), (TimeSpan.FromMinutes(1), "min"), (TimeSpan.FromSeconds(1), "s"),
    ];

    /// <summary><c>250 ms</c>, <c>1.5 s</c>, <c>90 s</c>, <c>5 min</c>, <c>24 d</c>.</summary>
    public static string Of(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan)
        {
            return "no end";
        }

        foreach (var (unit, name) in _units)
        {
            if (time >= unit && time.Ticks % unit.Ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / unit.Ticks} {name}");
            }
        }

        return time < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
    }
}
