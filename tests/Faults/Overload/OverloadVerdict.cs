using System.Globalization;
using System.Text;

namespace Messaging.Faults.Overload;

/// <summary>What the timelines of a run under overload say together.</summary>
public sealed record OverloadVerdict
{
    /// <summary>Calls answered in a second while the capacity was measured.</summary>
    public required double Capacity { get; init; }

    /// <summary>Calls made in a second during the overload, by all.</summary>
    public required double Offered { get; init; }

    /// <summary>Calls answered inside their deadlines in a second during the overload.</summary>
    public required double Goodput { get; init; }

    /// <summary>The same for each whole second of the overload.</summary>
    public required IReadOnlyList<int> GoodputBySecond { get; init; }

    /// <summary>Who made the calls of the overload, and got the answers; the bystander is the last.</summary>
    public required IReadOnlyList<RequesterShare> Shares { get; init; }

    /// <summary>The greatest share of those who flood by the least; infinite where one got nothing.</summary>
    public required double Unevenness { get; init; }

    /// <summary>How the calls ended that were made during the overload.</summary>
    public required IReadOnlyList<OutcomeShare> Outcomes { get; init; }

    /// <summary>Calls that were made before the overload, once the run was warm, and not answered in time.</summary>
    public required long UnansweredBefore { get; init; }

    /// <summary>How long calls took that were refused in time, and those that were answered, during the overload.</summary>
    public required IReadOnlyList<LatencyOf> Latencies { get; init; }

    /// <summary>The bystander's answers in each phase.</summary>
    public required IReadOnlyList<LatencyOf> Bystander { get; init; }

    /// <summary>Handlers begun during the overload.</summary>
    public required long Begun { get; init; }

    /// <summary>Handlers that came to their end during it, whether their answers were in time or not.</summary>
    public required long Finished { get; init; }

    /// <summary>Handlers that were stopped before that.</summary>
    public required long Stopped { get; init; }

    /// <summary>How much of the slots' time was taken by handlers during the overload, whatever became of them.</summary>
    public required double SlotsBusy { get; init; }

    /// <summary>How long after the overload's end all was as before it; null where it was not by the end of the run.</summary>
    public required TimeSpan? BackAfter { get; init; }

    /// <summary>Items of streams in a second before the overload.</summary>
    public double ItemsBefore { get; init; }

    /// <summary>Items of streams in a second during the overload.</summary>
    public double ItemsMeanwhile { get; init; }

    /// <summary>How streams ended that should have gone on, in words.</summary>
    public IReadOnlyList<string> StreamsEnded { get; init; } = [];

    /// <summary>What went wrong with the run itself, in words: a queue that has not run empty, a process that ended.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What is asked of a run, and what it gave.</summary>
    public required IReadOnlyList<OverloadBar> Bars { get; init; }

    /// <summary>Whether all that is asked was given.</summary>
    public bool IsGood => Problems.Count == 0 && Bars.All(static bar => bar.IsMet);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Add(text, $"capacity {Capacity:0.0}/s, offered {Offered:0.0}/s, answered in time {Goodput:0.0}/s; handlers begun {Begun}, finished {Finished}, stopped {Stopped}, slots busy {SlotsBusy:0.00}");
        Add(text, $"answered in time in each second: {string.Join(' ', GoodputBySecond)}");
        foreach (var bar in Bars)
        {
            Add(text, $"{(bar.IsMet ? "met" : "NOT MET")}: {bar.What} {bar.Value}, asked {bar.Asked}");
        }

        foreach (var outcome in Outcomes)
        {
            Add(text, $"outcome {outcome.Outcome}: {outcome.Count}{(outcome.Example is null ? "" : ", for example: ")}{outcome.Example}");
        }

        foreach (var share in Shares)
        {
            Add(text, $"{share.Name}: made {share.Made}, answered in time {share.Answered}, refused in time {share.Refused}");
        }

        foreach (var latency in Latencies.Concat(Bystander))
        {
            Add(text, $"{latency.Of}: {latency.Count} of {latency.Made}, p50 {latency.P50:0.0} ms, p99 {latency.P99:0.0} ms, max {latency.Max:0.0} ms");
        }

        foreach (var problem in Problems.Concat(StreamsEnded.Select(static stream => "stream " + stream)))
        {
            Add(text, $"problem: {problem}");
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}

/// <summary>What one requester made and got during the overload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Made">Calls that it made.</param>
/// <param name="Answered">Calls that were answered inside their deadlines.</param>
/// <param name="Refused">Calls that were refused in time.</param>
public sealed record RequesterShare(string Name, long Made, long Answered, long Refused);

/// <summary>How many calls ended so.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Kind">What that means for who called.</param>
/// <param name="Count">How many.</param>
/// <param name="Example">What was said about one of them; null for nothing.</param>
public sealed record OutcomeShare(string Outcome, OutcomeKind Kind, long Count, string? Example = null);

/// <summary>What an outcome means for who called.</summary>
public enum OutcomeKind
{
    /// <summary>It was answered inside its deadline.</summary>
    Answered = 0,

    /// <summary>It was told at once that it can't be.</summary>
    RefusedInTime,

    /// <summary>Anything else.</summary>
    Failed,
}

/// <summary>How long calls took, in milliseconds.</summary>
/// <param name="Of">Which.</param>
/// <param name="Made">How many were made.</param>
/// <param name="Count">How many of them are counted here.</param>
/// <param name="P50">Half took at most this.</param>
/// <param name="P99">99 in 100 took at most this.</param>
/// <param name="Max">All took at most this.</param>
public sealed record LatencyOf(string Of, long Made, long Count, double P50, double P99, double Max);

/// <summary>Something that is asked of a run.</summary>
/// <param name="What">What.</param>
/// <param name="Value">What it gave, in words.</param>
/// <param name="Asked">What is asked, in words.</param>
/// <param name="IsMet">Whether it gave that.</param>
public sealed record OverloadBar(string What, string Value, string Asked, bool IsMet);
