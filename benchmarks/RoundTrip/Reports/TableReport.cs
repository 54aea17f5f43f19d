using System.Globalization;
using Messaging.RoundTrip.CommandLine;
using Messaging.RoundTrip.Measuring;
using Messaging.RoundTrip.Systems;
using Spectre.Console;

namespace Messaging.RoundTrip.Reports;

/// <summary>A table for people. What is the same in every line has no column.</summary>
internal static class TableReport
{
    private static readonly (string Title, Func<Case, string> Of)[] _caseColumns =
    [
        ("bytes", one => Format(one.PayloadBytes, "0")),
        ("handler", one => Duration.Format(one.Handler)),
        ("callers", one => Format(one.Callers, "0")),
    ];

    private static readonly (string Title, Func<Measurement, string> Of)[] _columns =
    [
        ("p50 µs", median => Format(median.P50Us, "N0")),
        ("p99 µs", median => Format(median.P99Us, "N0")),
        ("CPU µs/call", median => Format(median.CpuUsPerCall, "N1")),
    ];

    /// <summary>Writes the table.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="console">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, IAnsiConsole console)
    {
        var caseColumns = _caseColumns.Where(column => column.Title is "callers" || lines.Select(line => column.Of(line.Median.Case)).Distinct().Count() > 1).ToList();
        var table = new Table().Border(TableBorder.Rounded);
        caseColumns.ForEach(column => table.AddColumn(new TableColumn(column.Title).RightAligned()));
        table.AddColumn(new TableColumn("system").NoWrap());
        table.AddColumn(new TableColumn("calls/s").RightAligned());
        table.AddColumn(new TableColumn("ratio").RightAligned());
        foreach (var (title, _) in _columns)
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        Case? last = null;
        foreach (var (median, ratio) in lines)
        {
            if (last is not null && last != median.Case)
            {
                table.AddEmptyRow();
            }

            last = median.Case;
            table.AddRow(
            [
                .. caseColumns.Select(column => column.Of(median.Case)),
                median.System,
                Format(median.CallsPerSecond, "N0"),
                ratio is { } known ? Format(known, "0.00") : "",
                .. _columns.Select(column => column.Of(median)),
            ]);
        }

        console.Write(table);
        console.WriteLine($"Medians over the rounds. The ratio is of calls/s, to {SystemCatalog.Baseline} in the same round.");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
