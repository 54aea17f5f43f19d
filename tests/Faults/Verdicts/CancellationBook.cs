using Messaging.Faults.Ledgers;

namespace Messaging.Faults.Verdicts;

/// <summary>The delayed commands that were cancelled, or may be.</summary>
internal sealed class CancellationBook
{
    // Between the acceptance of a command and the attempt to cancel it there is a line of a ledger.
    private static readonly TimeSpan _reserve = TimeSpan.FromSeconds(3);

    private readonly HashSet<string> _intended = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inTime = new(StringComparer.Ordinal);
    private readonly List<string> _unexpected = [];

    /// <summary>Those that were cancelled long before they were due.</summary>
    public int Count => _inTime.Count;

    /// <summary>What cancelling ended with that is no status, in words.</summary>
    public IReadOnlyList<string> Unexpected => _unexpected;

    public void Enter(LedgerLine line)
    {
        if (line.Event == LedgerEvent.CancelIntent)
        {
            _intended.Add(line.Id);
        }
        else if (string.Equals(line.Status, nameof(StatusCode.OK), StringComparison.Ordinal)
            && line.ElapsedMs < (LedgerLine.CancelledDelay - _reserve).TotalMilliseconds)
        {
            _inTime.Add(line.Id);
        }
        else if (!Enum.TryParse<StatusCode>(line.Status, out _))
        {
            _unexpected.Add($"cancelling {line.Id} has ended with {line.Status}");
        }
    }

    /// <summary>Whether nobody can say that it has to run.</summary>
    public bool MayBeCancelled(string id) => _intended.Contains(id);

    /// <summary>Whether it may not run.</summary>
    public bool WasCancelledInTime(string id) => _inTime.Contains(id);
}
