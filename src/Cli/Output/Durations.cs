using System.Globalization;

namespace Messaging.Cli.Output;

/// <summary>Lengths of time as people write and read them.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] _units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>, <c>3d</c>, or <c>00:00:05</c>; a bare number is seconds. More than 0.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && duration > TimeSpan.Zero;
        }

        var (number, factor) = (text, 1000d);
        foreach (var (unit, milliseconds) in _units)
        {
            if (text.Length > unit.Length && text.EndsWith(unit, StringComparison.Ordinal) && char.IsAsciiDigit(text[^(unit.Length + 1)]))
            {
                (number, factor) = (text[..^unit.Length], milliseconds);
                break;
            }
        }

        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value * factor is not (>= 1 and <= 400d * 86_400_000))
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(value * factor);
        return true;
    }

    /// <summary>Three digits and the unit that fits.</summary>
    public static string Show(TimeSpan duration)
    {
        var ms = duration.TotalMilliseconds;
        return ms switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{ms * 1000:0} µs"),
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.00} ms"),
            < 100 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
            < 1000 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
            < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s"),
            < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}m {duration.Seconds}s"),
            < 86_400_000 => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h {duration.Minutes}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalDays}d {duration.Hours}h"),
        };
    }
}
