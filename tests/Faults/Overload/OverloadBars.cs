using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>What is asked of a run under overload.</summary>
internal static class OverloadBars
{
    private const double MostUneven = 1.5;
    private const double MostStopped = 0.05;
    private const double BystanderAnswered = 0.9;
    private static readonly TimeSpan _backWithin = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<OverloadBar> Of(OverloadVerdict verdict, OverloadOptions options)
    {
        var bystander = verdict.Bystander.Single(static latency => latency.Of is nameof(OverloadPhase.Overload));
        var stopped = verdict.Stopped / (double)Math.Max(1, verdict.Begun);
        var goodput = verdict.Goodput / Math.Max(verdict.Capacity, 1e-9);
        var strange = verdict.Outcomes.Where(static outcome => outcome is { Kind: OutcomeKind.Failed, Outcome: not CallOutcome.DeadlineExceeded and not OverloadOracle.AnsweredLate }).Sum(static outcome => outcome.Count);
        return
        [
            new("answered in time, of the capacity", Text($"{goodput:0.00}"), Text($">= {options.GoodputBar:0.00}"), goodput >= options.GoodputBar),
            .. options.Flooders < 2 ? Array.Empty<OverloadBar>() :
                [new OverloadBar("largest share by smallest", Text($"{verdict.Unevenness:0.00}"), Text($"<= {MostUneven:0.0}"), verdict.Unevenness <= MostUneven)],
            new("the bystander's calls answered", Text($"{Part(bystander):0.00}"), Text($">= {BystanderAnswered:0.00}"), Part(bystander) >= BystanderAnswered),
            new("handlers begun and stopped", Text($"{stopped:0.0 %}"), Text($"< {MostStopped:0 %}"), verdict.Begun > 0 && stopped < MostStopped),
            new("back to normal after", verdict.BackAfter is { } back ? Text($"{back.TotalSeconds:0.0} s") : "not by the end", Text($"<= {_backWithin.TotalSeconds:0} s"), verdict.BackAfter <= _backWithin),
            new("calls not answered before", Text($"{verdict.UnansweredBefore:N0}"), "0", verdict.UnansweredBefore == 0),
            new("failures but for deadlines", Text($"{strange:N0}"), "0", strange == 0),
            .. options.Streams == 0 ? Array.Empty<OverloadBar>() :
                [new OverloadBar("streams ended too soon", Text($"{verdict.StreamsEnded.Count}"), "0", verdict.StreamsEnded.Count == 0)],
        ];
    }

    private static double Part(LatencyOf latency) => latency.Count / (double)Math.Max(1, latency.Made);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
