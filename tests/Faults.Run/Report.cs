using System.Globalization;
using Messaging.Faults.Verdicts;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>Prints a verdict.</summary>
internal static class Report
{
    private const int Examples = 5;

    public static void Print(Verdict verdict, int faults)
    {
        var table = new Table().AddColumns("what", "count", "for example");
        Add(table, "faults", faults);
        Add(table, "commands", verdict.Commands);
        Add(table, "accepted", verdict.Accepted);
        Add(table, "cancelled", verdict.Cancelled);
        Add(table, "dead letters", verdict.DeadLettered);
        foreach (var (reason, count) in verdict.DeadLetterReasons.OrderByDescending(static reason => reason.Value).Take(Examples))
        {
            Add(table, "  " + reason[..Math.Min(reason.Length, 60)], count);
        }

        Add(table, "calls", verdict.Calls);
        foreach (var (status, count) in verdict.Outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal))
        {
            Add(table, status, count);
        }

        Add(table, "lost", verdict.Lost);
        Add(table, "unsettled", verdict.Unsettled);
        Add(table, "stuck", verdict.Stuck);
        Add(table, "dead-lettered by a roll-out", verdict.RolledOut);
        Add(table, "run though cancelled", verdict.RanThoughCancelled);
        Add(table, "duplicated", verdict.Duplicated);
        Add(table, "recovered", verdict.Recovered);
        Add(table, "unexpected", verdict.Unexpected);
        Add(table, "late", verdict.Late);
        foreach (var process in verdict.Memory)
        {
            table.AddRow(
                $"memory of {process.Process}",
                process.Growth.ToString("+0.0 %;-0.0 %", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{process.FirstBytes >> 20} MiB after a minute, then at most {process.PeakBytes >> 20}, in the end {process.LastBytes >> 20}"));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The latest outcome came {verdict.LatestMs:0} ms after its deadline (below zero: before)."));
    }

    private static void Add(Table table, string what, IReadOnlyList<string> which) =>
        table.AddRow(what, which.Count.ToString("N0", CultureInfo.InvariantCulture), Markup.Escape(string.Join('\n', which.Take(Examples))));

    private static void Add(Table table, string what, int count) =>
        table.AddRow(Markup.Escape(what), count.ToString("N0", CultureInfo.InvariantCulture), string.Empty);
}
