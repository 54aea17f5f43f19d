using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>
/// A line of a timeline: a word that says what it states, and what belongs to it. Moments are microseconds of the clock
/// that all processes of the machine share.
/// </summary>
internal abstract record TimelineLine
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TimelineLine Parse(string text) => text.Split(' ') switch
    {
        ["call", var made, var took, var outcome] => new CallLine(Number(made), Number(took), outcome),
        ["stream", var made, var took, var outcome] => new StreamLine(Number(made), Number(took), outcome),
        ["handlers", var at, var begun, var finished, var stopped, var busy] => new HandlersLine(Number(at), Number(begun), Number(finished), Number(stopped), Number(busy)),
        ["items", var at, var count] => new ItemsLine(Number(at), Number(count)),
        ["phase", var at, var phase] => new PhaseLine(Number(at), Enum.Parse<OverloadPhase>(phase)),
        ["example", var outcome, .. var words] => new ExampleLine(outcome, string.Join(' ', words)),
        _ => throw new FormatException($"A timeline has no such line: '{text}'."),
    };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A call that has ended.</summary>
/// <param name="Made">When it was made.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Outcome">How it ended, as <see cref="CallOutcome"/> says it.</param>
internal sealed record CallLine(long Made, long Took, string Outcome) : TimelineLine
{
    public long Ended => Made + Took;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"call {Made} {Took} {Outcome}");
}

/// <summary>What was said about a call that ended so.</summary>
internal sealed record ExampleLine(string Outcome, string Detail) : TimelineLine
{
    public override string ToString() => $"example {Outcome} {Detail}";
}

/// <summary>A stream that has ended, although nobody wanted it to.</summary>
/// <param name="Made">When it was begun to be read.</param>
/// <param name="Took">How long it went.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record StreamLine(long Made, long Took, string Outcome) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"stream {Made} {Took} {Outcome}");
}

/// <summary>The handlers of a worker so far.</summary>
/// <param name="At">When it was counted.</param>
/// <param name="Begun">How many were begun.</param>
/// <param name="Finished">How many came to their end.</param>
/// <param name="Stopped">How many were stopped before it.</param>
/// <param name="Busy">For how many microseconds those together ran that have ended either way.</param>
internal sealed record HandlersLine(long At, long Begun, long Finished, long Stopped, long Busy) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"handlers {At} {Begun} {Finished} {Stopped} {Busy}");
}

/// <summary>How many items of streams have been read so far.</summary>
internal sealed record ItemsLine(long At, long Count) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"items {At} {Count}");
}

/// <summary>A phase that begins.</summary>
internal sealed record PhaseLine(long At, OverloadPhase Phase) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"phase {At} {Phase}");
}
