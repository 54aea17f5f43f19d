using System.Globalization;
using Messaging.RoundTrip.Systems;
using Spectre.Console;

namespace Messaging.RoundTrip.Reports;

/// <summary>A table for people.</summary>
internal static class TableReport
{
    /// <summary>Writes the table.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="console">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn("callers").RightAligned());
        table.AddColumn(new TableColumn("system").NoWrap());
        table.AddColumn(new TableColumn("calls/s").RightAligned());
        table.AddColumn(new TableColumn("ratio").RightAligned());
        table.AddColumn(new TableColumn("p50 µs").RightAligned());
        table.AddColumn(new TableColumn("p99 µs").RightAligned());
        table.AddColumn(new TableColumn("CPU µs/call").RightAligned());

        int? callers = null;
        foreach (var (median, ratio) in lines)
        {
            if (callers is not null && callers != median.Concurrency)
            {
                table.AddEmptyRow();
            }

            callers = median.Concurrency;
            table.AddRow(
                Format(median.Concurrency, "0"),
                median.System,
                Format(median.CallsPerSecond, "N0"),
                ratio is { } known ? Format(known, "0.00") : "",
                Format(median.P50Us, "N0"),
                Format(median.P99Us, "N0"),
                Format(median.CpuUsPerCall, "N1"));
        }

        console.Write(table);
        console.WriteLine($"Medians over the rounds. The ratio is of calls/s, to {SystemCatalog.Baseline} in the same round.");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
