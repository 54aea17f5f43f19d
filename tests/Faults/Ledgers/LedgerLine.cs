using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Messaging.Faults.Ledgers;

/// <summary>One line of a ledger.</summary>
/// <param name="Event">What it states.</param>
/// <param name="Id">The command or call; "-" where there is none.</param>
/// <param name="Status">Of an outcome: the status's name, or the type of an exception that is none of the library's.</param>
/// <param name="MayHaveRun">Of a failed outcome.</param>
/// <param name="ElapsedMs">Of an outcome: how long it took.</param>
/// <param name="TimeoutMs">Of an outcome: how long it might take.</param>
public sealed record LedgerLine(LedgerEvent Event, string Id, string Status = "-", bool MayHaveRun = false, double ElapsedMs = 0, double TimeoutMs = 0)
{
    /// <summary>The status of a dead letter that a stopped handler has left.</summary>
    public const string Stopped = "Stopped";

    /// <summary>How long those commands are delayed that are cancelled.</summary>
    public static readonly TimeSpan CancelledDelay = TimeSpan.FromSeconds(6);

    /// <summary>The line as text.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Event} {Id} {Status} {MayHaveRun} {ElapsedMs:0.###} {TimeoutMs:0.###}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LedgerLine? line)
    {
        line = null;
        var parts = text.Split(' ');
        if (parts.Length != 6
            || !Enum.TryParse<LedgerEvent>(parts[0], out var kind)
            || !bool.TryParse(parts[3], out var mayHaveRun)
            || !double.TryParse(parts[4], CultureInfo.InvariantCulture, out var elapsed)
            || !double.TryParse(parts[5], CultureInfo.InvariantCulture, out var timeout))
        {
            return false;
        }

        line = new LedgerLine(kind, parts[1], parts[2], mayHaveRun, elapsed, timeout);
        return true;
    }
}
