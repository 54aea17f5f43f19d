using System.Globalization;
using System.Text;

namespace Messaging.Faults.Verdicts;

/// <summary>What the ledgers of a run and what was left in its queues say together.</summary>
public sealed record Verdict
{
    private const int Examples = 5;

    /// <summary>Commands that were about to be sent.</summary>
    public required int Commands { get; init; }

    /// <summary>Commands that the system accepted.</summary>
    public required int Accepted { get; init; }

    /// <summary>Calls that were about to be made.</summary>
    public required int Calls { get; init; }

    /// <summary>How often each status ended a command or a call.</summary>
    public required IReadOnlyDictionary<string, int> Outcomes { get; init; }

    /// <summary>Commands in the dead-letter queue.</summary>
    public required int DeadLettered { get; init; }

    /// <summary>How many of those in the end for each reason.</summary>
    public IReadOnlyDictionary<string, int> DeadLetterReasons { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Delayed commands that were cancelled in time.</summary>
    public int Cancelled { get; init; }

    /// <summary>Those of them that have run all the same.</summary>
    public IReadOnlyList<string> RanThoughCancelled { get; init; } = [];

    /// <summary>Dead letters of handlers that had failed only because they were stopped.</summary>
    public IReadOnlyList<string> RolledOut { get; init; } = [];

    /// <summary>Queues with deliveries that idle workers had not settled, in words.</summary>
    public IReadOnlyList<string> Unsettled { get; init; } = [];

    /// <summary>Queues in which something was left that should have gone on, in words.</summary>
    public IReadOnlyList<string> Stuck { get; init; } = [];

    /// <summary>Accepted commands without an effect that are in no queue.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Commands with more than one effect.</summary>
    public required IReadOnlyList<string> Duplicated { get; init; }

    /// <summary>Commands that nobody heard to be accepted, and that have run or wait all the same.</summary>
    public required IReadOnlyList<string> Recovered { get; init; }

    /// <summary>What may never be, in words.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>How the resident memory of those processes grew that lived for longer than a minute.</summary>
    public IReadOnlyList<MemoryGrowth> Memory { get; init; } = [];

    /// <summary>Outcomes that came later than the deadline and what the run allows.</summary>
    public required IReadOnlyList<string> Late { get; init; }

    /// <summary>By how much the latest outcome missed its deadline, in milliseconds; below zero where all came in time.</summary>
    public required double LatestMs { get; init; }

    /// <summary>Whether nothing was lost, stuck, late or against the rules.</summary>
    public bool IsGood =>
        Lost.Count == 0 && RolledOut.Count == 0 && Unsettled.Count == 0 && Stuck.Count == 0 && Late.Count == 0 && Unexpected.Count == 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"commands {Commands}, accepted {Accepted}, dead letters {DeadLettered}, calls {Calls}; ");
        text.AppendJoin(", ", Outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
        Append(text, "lost", Lost);
        Append(text, "dead-lettered by a roll-out", RolledOut);
        Append(text, "unsettled", Unsettled);
        Append(text, "stuck", Stuck);
        Append(text, "duplicated", Duplicated);
        Append(text, "recovered", Recovered);
        Append(text, "unexpected", Unexpected);
        Append(text, "late", Late);
        return text.Append(CultureInfo.InvariantCulture, $"; the latest outcome {LatestMs:0} ms after its deadline").ToString();
    }

    /// <summary>Writes every example of everything that was found, a line each.</summary>
    public Task WriteAsync(string path) => File.WriteAllLinesAsync(
        path,
        [
            ToString(),
            .. Lines("lost", Lost), .. Lines("dead-lettered by a roll-out", RolledOut), .. Lines("unsettled", Unsettled), .. Lines("stuck", Stuck),
            .. Lines("run though cancelled", RanThoughCancelled), .. Lines("duplicated", Duplicated), .. Lines("recovered", Recovered),
            .. Lines("unexpected", Unexpected), .. Lines("late", Late),
        ]);

    private static IEnumerable<string> Lines(string what, IReadOnlyList<string> which) => which.Select(one => $"{what}: {one}");

    private static void Append(StringBuilder text, string what, IReadOnlyList<string> which)
    {
        text.Append(CultureInfo.InvariantCulture, $"; {what} {which.Count}");
        if (which.Count > 0)
        {
            text.Append(" (").AppendJoin(", ", which.Take(Examples)).Append(which.Count > Examples ? ", ...)" : ")");
        }
    }
}
