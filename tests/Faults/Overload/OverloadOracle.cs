namespace Messaging.Faults.Overload;

/// <summary>Says what the timelines of a run under overload mean.</summary>
internal static class OverloadOracle
{
    /// <summary>The name of the run's own timeline.</summary>
    public const string RunName = "run";

    /// <summary>What a call is said to have ended with whose answer came after its deadline.</summary>
    public const string AnsweredLate = "answered late";

    /// <summary>Judges a run that has ended.</summary>
    /// <param name="folder">Where its timelines lie.</param>
    /// <param name="options">What it was made of.</param>
    /// <param name="problems">What went wrong with it, in words.</param>
    public static OverloadVerdict Judge(string folder, OverloadOptions options, IReadOnlyList<string> problems)
    {
        var timelines = Timeline.ReadAll(folder);
        var phases = PhaseTable.Of(timelines.TryGetValue(RunName, out var run) ? run : []);
        var calls = timelines
            .Select(static timeline => (timeline.Key, Calls: timeline.Value.OfType<CallLine>().ToList()))
            .Where(static party => party.Calls.Count > 0)
            .ToDictionary(static party => party.Key, static party => party.Calls, StringComparer.Ordinal);
        var bystander = calls.GetValueOrDefault(OverloadArena.BystanderName) ?? [];
        var overload = phases.Of(OverloadPhase.Overload);
        var deadline = (long)options.Deadline.TotalMicroseconds;
        var all = calls.Values.SelectMany(static one => one).ToList();
        var made = all.Where(call => overload.Holds(call.Made)).ToList();
        var capacityPhase = phases.Of(OverloadPhase.Capacity);
        var capacity = all.Count(call => IsAnswered(call, deadline) && capacityPhase.Holds(call.Ended)) / capacityPhase.Seconds;

        // By when the answers came: what a queue holds back from before is not theirs, what comes after the end is.
        var good = all.Where(call => IsAnswered(call, deadline) && overload.Holds(call.Ended)).ToList();
        List<RequesterShare> shares =
        [
            .. calls.OrderBy(static party => party.Key is OverloadArena.BystanderName).ThenBy(static party => party.Key, StringComparer.Ordinal)
                .Select(party => ShareOf(party.Key, [.. party.Value.Where(call => overload.Holds(call.Made))], deadline)),
        ];
        var flooders = shares.Where(static share => share.Name is not OverloadArena.BystanderName).Select(static share => share.Answered).DefaultIfEmpty().ToList();
        var handlers = CountHandlers(timelines.Values, overload);
        var verdict = new OverloadVerdict
        {
            Capacity = capacity,
            Offered = made.Count / overload.Seconds,
            Goodput = good.Count / overload.Seconds,
            GoodputBySecond = [.. Enumerable.Range(0, (int)Math.Round(overload.Seconds)).Select(second => good.Count(call => (call.Ended - overload.From) / 1_000_000 == second))],
            Shares = shares,
            Unevenness = flooders.Min() > 0 ? (double)flooders.Max() / flooders.Min() : double.PositiveInfinity,
            Outcomes = OutcomesOf(made, [.. timelines.Values.SelectMany(static timeline => timeline.OfType<ExampleLine>())], deadline),
            UnansweredBefore = all.Count(call => call.Made >= capacityPhase.From && call.Made < overload.From && !IsAnswered(call, deadline)),
            Latencies =
            [
                Latency("answered in time", made, call => IsAnswered(call, deadline)),
                Latency("refused in time", made, static call => call.Outcome is CallOutcome.RefusedInTime),
            ],
            Bystander =
            [
                .. new[] { OverloadPhase.Alone, OverloadPhase.Before, OverloadPhase.Overload, OverloadPhase.After }
                    .Select(phase => Latency(phase.ToString(), [.. bystander.Where(call => phases.Of(phase).Holds(call.Made))], call => IsAnswered(call, deadline))),
            ],
            Begun = handlers.Begun,
            Finished = handlers.Finished,
            Stopped = handlers.Stopped,
            SlotsBusy = handlers.Busy / 1e6 / overload.Seconds / (options.Slots * options.Workers),
            BackAfter = Recovery.Find(all, phases.Of(OverloadPhase.Before), phases.Of(OverloadPhase.After), deadline),
            ItemsBefore = ItemsIn(timelines.Values, phases.Of(OverloadPhase.Before)),
            ItemsMeanwhile = ItemsIn(timelines.Values, overload),
            StreamsEnded = [.. timelines.Values.SelectMany(static timeline => timeline.OfType<StreamLine>()).GroupBy(static stream => stream.Outcome, StringComparer.Ordinal).Select(static group => $"{group.Key} x {group.Count()}")],
            Problems = problems,
            Bars = [],
        };
        return verdict with { Bars = OverloadBars.Of(verdict, options) };
    }

    /// <summary>What an outcome means for who called.</summary>
    public static OutcomeKind KindOf(CallLine call, long deadline) => call.Outcome switch
    {
        CallOutcome.Answered when call.Took <= deadline => OutcomeKind.Answered,
        CallOutcome.RefusedInTime => OutcomeKind.RefusedInTime,
        _ => OutcomeKind.Failed,
    };

    public static bool IsAnswered(CallLine call, long deadline) => KindOf(call, deadline) == OutcomeKind.Answered;

    private static IReadOnlyList<OutcomeShare> OutcomesOf(List<CallLine> made, List<ExampleLine> examples, long deadline) =>
    [
        .. made.GroupBy(call => (Kind: KindOf(call, deadline), call.Outcome)).OrderBy(static group => group.Key.Kind).ThenByDescending(static group => group.Count())
            .Select(group => new OutcomeShare(
                group.Key is { Kind: OutcomeKind.Failed, Outcome: CallOutcome.Answered } ? AnsweredLate : group.Key.Outcome,
                group.Key.Kind,
                group.Count(),
                examples.Find(example => string.Equals(example.Outcome, group.Key.Outcome, StringComparison.Ordinal))?.Detail)),
    ];

    private static RequesterShare ShareOf(string name, List<CallLine> made, long deadline) => new(
        name, made.Count, made.Count(call => IsAnswered(call, deadline)), made.Count(static call => call.Outcome is CallOutcome.RefusedInTime));

    private static LatencyOf Latency(string of, List<CallLine> made, Func<CallLine, bool> counts)
    {
        var took = made.Where(counts).Select(static call => call.Took / 1e3).Order().ToList();
        return new LatencyOf(of, made.Count, took.Count, At(took, 0.5), At(took, 0.99), At(took, 1));
    }

    /// <summary>What so many of them took at most; zero where there are none.</summary>
    internal static double At(List<double> ordered, double part) =>
        ordered.Count == 0 ? 0 : ordered[Math.Max(0, (int)Math.Ceiling(ordered.Count * part) - 1)];

    private static (long Begun, long Finished, long Stopped, long Busy) CountHandlers(IEnumerable<IReadOnlyList<TimelineLine>> timelines, PhaseSpan overload)
    {
        var (begun, finished, stopped, busy) = (0L, 0L, 0L, 0L);
        foreach (var timeline in timelines)
        {
            var counts = timeline.OfType<HandlersLine>().Where(line => overload.Holds(line.At)).ToList();
            if (counts is [var first, .., var last])
            {
                begun += last.Begun - first.Begun;
                finished += last.Finished - first.Finished;
                stopped += last.Stopped - first.Stopped;
                busy += last.Busy - first.Busy;
            }
        }

        return (begun, finished, stopped, busy);
    }

    private static double ItemsIn(IEnumerable<IReadOnlyList<TimelineLine>> timelines, PhaseSpan phase) =>
        timelines.Sum(timeline => timeline.OfType<ItemsLine>().Where(line => phase.Holds(line.At)).ToList() is [var first, .., var last]
            ? (last.Count - first.Count) * 1e6 / (last.At - first.At)
            : 0);
}
