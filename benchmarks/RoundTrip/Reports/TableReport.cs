using System.Globalization;
using Messaging.RoundTrip.CommandLine;
using Messaging.RoundTrip.Measuring;
using Spectre.Console;

namespace Messaging.RoundTrip.Reports;

/// <summary>A table for people. What tells nothing in any line has no column.</summary>
internal static class TableReport
{
    // Wide enough for all columns where no terminal says otherwise.
    private const int WidthOfFiles = 160;

    private static readonly (string Title, Func<Case, string> Of)[] _caseColumns =
    [
        ("bytes", one => Format(one.PayloadBytes, "0")),
        ("handler", one => Duration.Format(one.Handler)),
        ("workers", one => Format(one.Workers, "0")),
        ("requesters", one => Format(one.Requesters, "0")),
        ("callers", one => Format(one.Callers, "0")),
    ];

    private static readonly (string Title, Func<Case, bool> Tells, Func<Measurement, string> Of)[] _columns =
    [
        ("p50 µs", _ => true, median => Format(median.P50Us, "N0")),
        ("p99 µs", _ => true, median => Format(median.P99Us, "N0")),
        ("CPU µs/call", _ => true, median => Format(median.CpuUsPerCall, "N1")),
        ("bytes/call", _ => true, median => Format(median.AllocatedBytesPerCall, "N0")),
        ("in handler µs", one => one.Handler > TimeSpan.Zero, median => Format(median.HandlerUs, "N0")),
        ("max share", one => one.Workers > 1, median => Format(median.ShareMax, "0.00")),
    ];

    /// <summary>Writes the table.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="console">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, IAnsiConsole console)
    {
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfFiles;
        }

        var cases = lines.Select(line => line.Median.Case).Distinct().ToList();
        var caseColumns = _caseColumns.Where(column => column.Title is "callers" || cases.Select(column.Of).Distinct().Count() > 1).ToList();
        var columns = _columns.Where(column => cases.Exists(one => column.Tells(one))).ToList();
        var table = new Table().Border(TableBorder.Rounded);
        caseColumns.ForEach(column => table.AddColumn(new TableColumn(column.Title).RightAligned()));
        table.AddColumn(new TableColumn("system").NoWrap());
        table.AddColumn(new TableColumn("calls/s").RightAligned());
        table.AddColumn(new TableColumn("ratio").RightAligned());
        columns.ForEach(column => table.AddColumn(new TableColumn(column.Title).RightAligned()));

        Case? last = null;
        foreach (var (median, ratio, _) in lines)
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
                .. columns.Select(column => column.Tells(median.Case) ? column.Of(median) : ""),
            ]);
        }

        console.Write(table);
        console.WriteLine($"Medians over the rounds. The ratio is of calls/s, to the hand-written one in the same round.");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
