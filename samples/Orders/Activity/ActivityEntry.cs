using System.Globalization;

namespace Orders.Activity;

/// <summary>Something that happened.</summary>
/// <param name="Source">Who: a worker's name, or the web app.</param>
/// <param name="Happening">What.</param>
/// <param name="Subject">The operation, the request or the logger's category; empty where there is none.</param>
/// <param name="Detail">What else there is to say; may be empty.</param>
/// <param name="Took">How long it took; zero where that means nothing.</param>
internal sealed record ActivityEntry(string Source, Happening Happening, string Subject = "", string Detail = "", TimeSpan Took = default)
{
    /// <summary>When, in local time. Stamped by the feed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How a line of plain text names what happened.</summary>
    public static string Word(Happening happening) => happening switch
    {
        Happening.Joined => "joined",
        Happening.Left => "left",
        Happening.Died => "died",
        Happening.Started => "started",
        Happening.Served => "served",
        Happening.Ran => "ran",
        Happening.Faulted => "faulted",
        Happening.Stopped => "stopped",
        Happening.Listening => "listening",
        Happening.Answered => "answered",
        _ => "warned",
    };

    /// <summary>The entry as a line of plain text.</summary>
    public override string ToString()
    {
        var took = Took == default ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" ({Took.TotalMilliseconds:0.0} ms)");
        return string.Create(CultureInfo.InvariantCulture, $"{At:HH:mm:ss.fff}  {Source,-9} {Word(Happening),-9} {Subject} {Detail}").TrimEnd() + took;
    }
}
