using System.Globalization;

namespace Messaging.Faults.Schedules;

/// <summary>What became of scheduled commands.</summary>
/// <param name="Accepted">How many the broker confirmed.</param>
/// <param name="Lost">Those of them that never ran.</param>
/// <param name="Early">Those that ran before their time.</param>
/// <param name="Repeated">How many ran more than once, as may be where a connection is lost.</param>
/// <param name="Lateness">How long after its time, or after the broker's return where it was away then, each ran; in order.</param>
public sealed record ScheduleVerdict(int Accepted, IReadOnlyList<string> Lost, IReadOnlyList<string> Early, int Repeated, IReadOnlyList<TimeSpan> Lateness)
{
    /// <summary>How late 99 of 100 are at most.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Nothing was lost or early, and 99 of 100 were in time.</summary>
    public bool IsGood => Accepted > 0 && Lost.Count == 0 && Early.Count == 0 && At(0.99) <= Limit;

    /// <summary>The lateness that a share of them does not exceed.</summary>
    public TimeSpan At(double share) => Lateness.Count == 0 ? TimeSpan.MaxValue : Lateness[(int)Math.Ceiling(share * Lateness.Count) - 1];

    public override string ToString() => Lateness.Count == 0 ? "Nothing ran." : string.Create(
        CultureInfo.InvariantCulture,
        $"{Accepted} accepted, {Lost.Count} lost, {Early.Count} early, {Repeated} ran again; late by {At(0.5).TotalSeconds:0.00} s (half), {At(0.99).TotalSeconds:0.00} s (99 %), {At(1).TotalSeconds:0.00} s (all); {Lateness.Count(static late => late > Limit)} by more than {Limit.TotalSeconds:0} s");
}
