using System.Globalization;
using Messaging.Faults.Overload;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>Prints the verdict on a run under overload, in tables that fit 80 columns.</summary>
internal static class OverloadReport
{
    public static void Print(OverloadVerdict verdict, OverloadOptions options)
    {
        var rates = Table("calls in a second", "count", "of capacity");
        Add(rates, "capacity", verdict.Capacity, verdict);
        Add(rates, "offered", verdict.Offered, verdict);
        Add(rates, "answered in time", verdict.Goodput, verdict);
        AnsiConsole.Write(rates);
        AnsiConsole.WriteLine($"Answered in time in each second of the overload: {string.Join(' ', verdict.GoodputBySecond)}");

        var outcomes = Table("calls of the overload ended with", "count", "which is");
        foreach (var outcome in verdict.Outcomes)
        {
            outcomes.AddRow(Markup.Escape(outcome.Outcome), Text($"{outcome.Count:N0}"), outcome.Kind switch
            {
                OutcomeKind.Answered => "answered in time",
                OutcomeKind.RefusedInTime => "refused in time",
                _ => "failed",
            });
        }

        AnsiConsole.Write(outcomes);
        foreach (var outcome in verdict.Outcomes.Where(static outcome => outcome.Example is not null))
        {
            AnsiConsole.WriteLine($"{outcome.Outcome}, for example: {outcome.Example}");
        }

        AnsiConsole.WriteLine(Text($"Handlers: {verdict.Begun:N0} begun, {verdict.Finished:N0} finished, {verdict.Stopped:N0} stopped; the slots were busy for {verdict.SlotsBusy:0 %} of the overload."));

        var shares = Table("requester", "made", "answered", "refused", "failed");
        foreach (var share in verdict.Shares)
        {
            shares.AddRow(share.Name, Text($"{share.Made:N0}"), Text($"{share.Answered:N0}"), Text($"{share.Refused:N0}"), Text($"{share.Made - share.Answered - share.Refused:N0}"));
        }

        AnsiConsole.Write(shares);

        var latencies = Table("milliseconds", "count", "of", "p50", "p99", "max");
        foreach (var latency in verdict.Latencies)
        {
            Add(latencies, latency.Of, latency);
        }

        foreach (var latency in verdict.Bystander)
        {
            Add(latencies, $"bystander, {latency.Of.ToLowerInvariant()}", latency);
        }

        AnsiConsole.Write(latencies);
        if (options.Streams > 0)
        {
            AnsiConsole.WriteLine(Text($"Items of {options.Streams} streams: {verdict.ItemsBefore:N1} a second before, {verdict.ItemsMeanwhile:N1} during the overload."));
        }

        var bars = Table("asked of the run", "asked", "given", "");
        foreach (var bar in verdict.Bars)
        {
            bars.AddRow(Markup.Escape(bar.What), Markup.Escape(bar.Asked), Markup.Escape(bar.Value), bar.IsMet ? "met" : "NOT MET");
        }

        AnsiConsole.Write(bars);
        foreach (var problem in verdict.Problems.Concat(verdict.StreamsEnded.Select(static stream => $"streams ended: {stream}")))
        {
            AnsiConsole.WriteLine(problem);
        }
    }

    private static Table Table(string first, params string[] others)
    {
        var table = new Table().AddColumn(first);
        foreach (var column in others)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }

    private static void Add(Table table, string what, double rate, OverloadVerdict verdict) =>
        table.AddRow(what, Text($"{rate:N1}"), Text($"{rate / Math.Max(verdict.Capacity, 1e-9):0.00}"));

    private static void Add(Table table, string what, LatencyOf latency) => table.AddRow(
        what, Text($"{latency.Count:N0}"), Text($"{latency.Made:N0}"), Text($"{latency.P50:N1}"), Text($"{latency.P99:N1}"), Text($"{latency.Max:N1}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
