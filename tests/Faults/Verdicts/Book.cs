using System.Globalization;
using Messaging.Faults.Ledgers;

namespace Messaging.Faults.Verdicts;

/// <summary>Intents and their outcomes: every intent has exactly one, unless its process was killed.</summary>
/// <param name="what">What is intended, in a word.</param>
internal sealed class Book(string what)
{
    private readonly Dictionary<string, string> _intents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerLine> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _unexpected = [];

    public int Intended => _intents.Count;

    public HashSet<string> Succeeded { get; } = new(StringComparer.Ordinal);

    // Refused is not failed midway: nothing was taken, and the caller knows.
    public IEnumerable<string> Statuses => _outcomes.Values.Select(outcome => what + " " + outcome.Status + (IsRefusal(outcome) ? ", refused" : string.Empty));

    public IReadOnlyList<string> Unexpected => _unexpected;

    public double LatestMs => _outcomes.Values.Select(static outcome => outcome.ElapsedMs - outcome.TimeoutMs).DefaultIfEmpty(double.NegativeInfinity).Max();

    public void Intend(string ledger, LedgerLine line) => _intents.Add(line.Id, ledger);

    public void End(LedgerLine line)
    {
        if (!_outcomes.TryAdd(line.Id, line))
        {
            _unexpected.Add($"{what} {line.Id} has ended twice");
        }

        if (string.Equals(line.Status, nameof(StatusCode.OK), StringComparison.Ordinal))
        {
            Succeeded.Add(line.Id);
        }
        else if (!Enum.TryParse<StatusCode>(line.Status, out _))
        {
            _unexpected.Add($"{what} {line.Id} has ended with {line.Status}");
        }
    }

    /// <summary>Finds what never ended, of processes that have <paramref name="ended"/> in order.</summary>
    public void Close(HashSet<string> ended)
    {
        foreach (var (id, ledger) in _intents)
        {
            if (ended.Contains(ledger) && !_outcomes.ContainsKey(id))
            {
                _unexpected.Add($"{what} {id} has no outcome");
            }
        }
    }

    public bool IsIntended(string id) => _intents.ContainsKey(id);

    /// <summary>Whether its sender was told that it can't have run.</summary>
    public bool IsSurelyRefused(string id) =>
        _outcomes.TryGetValue(id, out var outcome) && IsRefusal(outcome);

    public IEnumerable<string> Late(TimeSpan tolerance) =>
        _outcomes.Values.Where(outcome => outcome.ElapsedMs > outcome.TimeoutMs + tolerance.TotalMilliseconds)
            .Select(outcome => string.Create(CultureInfo.InvariantCulture, $"{what} {outcome.Id} {outcome.Status} after {outcome.ElapsedMs:0} of {outcome.TimeoutMs:0} ms"));

    private static bool IsRefusal(LedgerLine outcome) => !outcome.MayHaveRun && !string.Equals(outcome.Status, nameof(StatusCode.OK), StringComparison.Ordinal);
}
