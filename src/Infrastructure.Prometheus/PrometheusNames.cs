namespace Messaging.Prometheus;

/// <summary>Names as OpenTelemetry maps them for Prometheus, so that a metric has one name whichever way it comes there.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/</remarks>
internal static class PrometheusNames
{
    private const string Total = "_total";

    /// <summary>A metric's name, with its unit, and <c>_total</c> for a counter.</summary>
    public static string OfMetric(string name, string? unit, string kind)
    {
        var counter = string.Equals(kind, "counter", StringComparison.Ordinal);
        var written = Clean(name, colons: true);
        if (counter && written.EndsWith(Total, StringComparison.Ordinal))
        {
            written = written[..^Total.Length];
        }

        var suffix = OfUnit(unit, gauge: string.Equals(kind, "gauge", StringComparison.Ordinal));
        if (suffix.Length > 0 && !written.EndsWith(suffix, StringComparison.Ordinal))
        {
            written = $"{written}_{suffix}";
        }

        return counter ? written + Total : written;
    }

    public static string OfLabel(string name) => Clean(name, colons: false);

    private static string OfUnit(string? unit, bool gauge)
    {
        // {call} says what is counted, and is no unit.
        if (string.IsNullOrEmpty(unit) || unit[0] == '{')
        {
            return "";
        }

        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? string.Equals(unit, "1", StringComparison.Ordinal) ? gauge ? "ratio" : "" : Spell(unit)
            : $"{(slash == 0 || unit[0] == '1' ? "" : Spell(unit[..slash]) + "_")}per_{SpellOne(unit[(slash + 1)..])}";
    }

    private static string SpellOne(string unit) => Spell(unit) is var many && many.Length > unit.Length && many.EndsWith('s') ? many[..^1] : many;

    private static string Spell(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "%" => "percent",
        _ => Clean(unit.Trim('{', '}'), colons: false),
    };

    // Letters, digits and underscores, not beginning with a digit, and no two underscores side by side.
    private static string Clean(string name, bool colons)
    {
        Span<char> written = name.Length < 200 ? stackalloc char[name.Length + 1] : new char[name.Length + 1];
        var length = 0;
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter) || (colons && letter == ':'))
            {
                if (length == 0 && char.IsAsciiDigit(letter))
                {
                    written[length++] = '_';
                }

                written[length++] = letter;
            }
            else if (length == 0 || written[length - 1] != '_')
            {
                written[length++] = '_';
            }
        }

        return length == 0 ? "_" : new string(written[..length]);
    }
}
