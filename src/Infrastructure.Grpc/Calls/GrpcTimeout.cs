using System.Globalization;

namespace Messaging.Grpc;

/// <summary>
/// The header <c>grpc-timeout</c>: 1 to 8 digits and a unit, of the time that remains.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (Timeout)
/// </summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const long MaxValue = 99_999_999;
    private const long NanosecondsPerTick = 100;

    /// <summary>Reads a timeout. Less than a tick of 100 ns, but not nothing, is one tick.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1
            || text[..^1].ContainsAnyExceptInRange('0', '9')
            || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        // The largest, 99,999,999 hours, fits.
        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => Divide(value, NanosecondsPerTick),
            _ => null,
        };
        timeout = TimeSpan.FromTicks(ticks ?? 0);
        return ticks is not null;
    }

    /// <summary>Writes a timeout in the finest unit that holds it, rounded up. What has passed is the shortest that can be said.</summary>
    public static string Format(TimeSpan timeout)
    {
        var ticks = Math.Max(timeout.Ticks, 1);
        var (value, unit) =
            ticks <= MaxValue / NanosecondsPerTick ? (ticks * NanosecondsPerTick, 'n')
            : Fits(ticks, TimeSpan.TicksPerMicrosecond, out var scaled) ? (scaled, 'u')
            : Fits(ticks, TimeSpan.TicksPerMillisecond, out scaled) ? (scaled, 'm')
            : Fits(ticks, TimeSpan.TicksPerSecond, out scaled) ? (scaled, 'S')
            : Fits(ticks, TimeSpan.TicksPerMinute, out scaled) ? (scaled, 'M')
            : (Math.Min(Divide(ticks, TimeSpan.TicksPerHour), MaxValue), 'H');
        return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
    }

    private static bool Fits(long ticks, long perUnit, out long value)
    {
        value = Divide(ticks, perUnit);
        return value <= MaxValue;
    }

    private static long Divide(long value, long by) => (value / by) + (value % by == 0 ? 0 : 1);
}
