namespace Messaging.Faults.Overload;

/// <summary>When each phase was.</summary>
internal sealed class PhaseTable
{
    private readonly Dictionary<OverloadPhase, PhaseSpan> _phases = [];

    /// <summary>Reads it from the run's timeline. A phase that did not come is empty.</summary>
    public static PhaseTable Of(IReadOnlyList<TimelineLine> run)
    {
        var table = new PhaseTable();
        var begun = run.OfType<PhaseLine>().ToList();
        for (var number = 0; number < begun.Count - 1; number++)
        {
            table._phases[begun[number].Phase] = new PhaseSpan(begun[number].At, begun[number + 1].At);
        }

        return table;
    }

    public PhaseSpan Of(OverloadPhase phase) => _phases.GetValueOrDefault(phase);
}

/// <summary>From a moment up to another.</summary>
internal readonly record struct PhaseSpan(long From, long To)
{
    /// <summary>How long it was; above zero, so that it divides.</summary>
    public double Seconds => Math.Max(To - From, 1) / 1e6;

    public bool Holds(long at) => at >= From && at < To;
}
