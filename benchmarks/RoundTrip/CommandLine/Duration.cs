using System.Globalization;

namespace Messaging.RoundTrip.CommandLine;

/// <summary>Durations as the command line and the reports write them: 0, 100us, 1ms, 10s.</summary>
internal static class Duration
{
    private static readonly (string Unit, long Ticks)[] _units =
        [("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond)];

    /// <summary>Reads a whole number with a unit, or 0.</summary>
    /// <param name="text">For example 100us.</param>
    /// <param name="duration">What it means.</param>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is "0")
        {
            return true;
        }

        foreach (var (unit, ticks) in _units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                duration = TimeSpan.FromTicks(number * ticks);
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    /// <param name="duration">Whole microseconds.</param>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0";
        }

        var (unit, ticks) = _units.Last(one => duration.Ticks % one.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
    }
}
