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
        ["handlers", var at, var begun, var finished, var stopped] => new HandlersLine(Number(at), Number(begun), Number(finished), Number(stopped)),
        ["items", var at, var count] => new ItemsLine(Number(at), Number(count)),
        ["phase", var at, var phase] => new PhaseLine(Number(at), Enum.Parse<OverloadPhase>(phase)),
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

/// <summary>A stream that has ended, although nobody wanted it to.</summary>
/// <param name="Made">When it was begun to be read.</param>
/// <param name="Took">How long it went.</param>
/// <param name="Outcome">How it ended.</param>
internal sealed record StreamLine(long Made, long Took, string Outcome) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"stream {Made} {Took} {Outcome}");
}

/// <summary>How many handlers a worker has begun so far, how many came to their end, and how many were stopped before it.</summary>
internal sealed record HandlersLine(long At, long Begun, long Finished, long Stopped) : TimelineLine
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"handlers {At} {Begun} {Finished} {Stopped}");
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
