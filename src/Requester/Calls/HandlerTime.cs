namespace Messaging.Calls;

/// <summary>
/// How long an operation's handlers take, as the workers report it. It decides how many calls may share a message:
/// about a millisecond's worth, so that whichever worker takes it is not kept from its fair share of the others.
/// </summary>
internal sealed class HandlerTime
{
    /// <summary>What the calls of one message may cost a worker, in microseconds.</summary>
    public const int BudgetUs = 1000;

    // Workers are asked one by one first: one that does not report can't read batches either.
    private const int ReportsNeeded = 16;
    private const int ReportsNeededAfterForeign = 1000;
    private const int MaxUs = 10_000_000;

    // The average moves by 1/32 with every report, and is kept in those.
    private const int Weight = 32;

    // Negative until a handler has run.
    private int _average = -1;
    private int _missing = ReportsNeeded;

    /// <summary>What a call costs as far as is known, in microseconds: the whole budget where nothing is.</summary>
    public int CostUs =>
        Volatile.Read(ref _missing) <= 0 && Volatile.Read(ref _average) is >= 0 and var average ? Math.Max(1, average / Weight) : BudgetUs;

    /// <summary>How long a handler takes on average, in microseconds; 0 where that is not known.</summary>
    public int AverageUs => Math.Max(0, Volatile.Read(ref _average)) / Weight;

    /// <summary>A worker has said how long a handler took; negative where none ran. Reports may race: one of them is lost then.</summary>
    public void Report(long microseconds)
    {
        var missing = Volatile.Read(ref _missing);
        if (missing > 0)
        {
            Volatile.Write(ref _missing, missing - 1);
        }

        if (microseconds >= 0)
        {
            var average = Volatile.Read(ref _average);
            var reported = (int)Math.Min(microseconds, MaxUs);
            Volatile.Write(ref _average, average < 0 ? reported * Weight : average + reported - (average / Weight));
        }
    }

    /// <summary>A worker answered without a report: it is a stranger's and can't read batches.</summary>
    public void ReportForeign() => Volatile.Write(ref _missing, ReportsNeededAfterForeign);
}
