namespace Messaging.Faults.Overload;

/// <summary>Finds when all was as before, after an overload.</summary>
internal static class Recovery
{
    // A step is normal where nearly all of its calls were answered nearly as soon as before; a machine's hiccup is one step.
    private const long Step = 200_000;
    private const int StepsInARow = 5;
    private const double Nearly = 0.95;
    private const double MarginMs = 50;

    /// <summary>How long after the end it was so for a second on end; null where it never was.</summary>
    public static TimeSpan? Find(IReadOnlyList<CallLine> calls, PhaseSpan before, PhaseSpan after, long deadline)
    {
        var usual = calls.Where(call => before.Holds(call.Made) && OverloadOracle.IsAnswered(call, deadline)).Select(static call => call.Took / 1e3).Order().ToList();
        var limit = (OverloadOracle.At(usual, 0.99) + MarginMs) * 1e3;
        var steps = new (int Made, int Normal)[(after.To - after.From) / Step];
        foreach (var call in calls)
        {
            var step = (call.Made - after.From) / Step;
            if (call.Made >= after.From && step < steps.Length)
            {
                steps[step].Made++;
                steps[step].Normal += OverloadOracle.IsAnswered(call, deadline) && call.Took <= limit ? 1 : 0;
            }
        }

        for (var (step, inARow) = (0, 0); step < steps.Length; step++)
        {
            inARow = steps[step].Made > 0 && steps[step].Normal >= steps[step].Made * Nearly ? inARow + 1 : 0;
            if (inARow == StepsInARow)
            {
                return TimeSpan.FromMicroseconds((step + 1 - StepsInARow) * Step);
            }
        }

        return null;
    }
}
