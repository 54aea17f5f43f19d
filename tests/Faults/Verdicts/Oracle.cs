using Messaging.Faults.Ledgers;
using Messaging.Faults.Runs;

namespace Messaging.Faults.Verdicts;

/// <summary>Compares what was intended, accepted and done, as the ledgers say, with what was left in the queues.</summary>
public static class Oracle
{
    /// <summary>Judges a run that has ended.</summary>
    /// <param name="folder">Where its ledgers lie.</param>
    /// <param name="left">What was drained from the queues.</param>
    /// <param name="exactlyOnce">Whether workers have an inbox, so that a second effect is a fault.</param>
    /// <param name="lateness">How long after its deadline an outcome is in time; null for <see cref="RunOptions.StrictLateness"/>.</param>
    public static Verdict Judge(string folder, LeftBehind left, bool exactlyOnce = false, TimeSpan? lateness = null)
    {
        var tolerance = lateness ?? RunOptions.StrictLateness;
        var commands = new Book("command");
        var calls = new Book("call");
        var effects = new Dictionary<string, int>(StringComparer.Ordinal);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        var cancellations = new CancellationBook();
        var dead = new HashSet<string>(left.Dead, StringComparer.Ordinal);
        var rolledOut = new List<string>(left.RolledOut);
        var operated = 0;
        foreach (var (ledger, line) in Ledger.ReadAll(folder))
        {
            switch (line.Event)
            {
                case LedgerEvent.CommandIntent:
                    commands.Intend(ledger, line);
                    break;
                case LedgerEvent.CommandOutcome:
                    commands.End(line);
                    break;
                case LedgerEvent.CallIntent:
                    calls.Intend(ledger, line);
                    break;
                case LedgerEvent.CallOutcome:
                    calls.End(line);
                    break;
                case LedgerEvent.CommandEffect:
                    effects[line.Id] = effects.GetValueOrDefault(line.Id) + 1;
                    break;
                case LedgerEvent.CancelIntent:
                case LedgerEvent.CancelOutcome:
                    cancellations.Enter(line);
                    break;
                case LedgerEvent.DeadLetterTaken:
                    dead.Add(line.Id);
                    if (string.Equals(line.Status, LedgerLine.Stopped, StringComparison.Ordinal))
                    {
                        rolledOut.Add(line.Id);
                    }

                    break;
                case LedgerEvent.Operated:
                    operated++;
                    break;
                default:
                    ended.Add(ledger);
                    break;
            }
        }

        commands.Close(ended);
        calls.Close(ended);
        var somewhere = new HashSet<string>([.. effects.Keys, .. left.Queued, .. dead], StringComparer.Ordinal);
        var duplicated = effects.Where(effect => effect.Value > 1).Select(effect => effect.Key).ToList();
        var ranThoughCancelled = effects.Keys.Where(cancellations.WasCancelledInTime).ToList();
        List<string> unexpected =
        [
            .. commands.Unexpected,
            .. calls.Unexpected,
            .. cancellations.Unexpected,
            .. somewhere.Where(id => !commands.IsIntended(id)).Select(id => $"{id} was never intended"),
            .. somewhere.Where(commands.IsSurelyRefused).Select(id => $"{id} has run or waits although its sender was told that it can't have run"),
            // Whoever deletes the broker's memory of cancellations, or shortens delays, has them run.
            .. operated == 0 ? ranThoughCancelled.Select(id => $"{id} has run although it was cancelled in time") : [],
            .. exactlyOnce ? duplicated.Select(id => $"{id} has {effects[id]} effects") : [],
        ];
        return new Verdict
        {
            Commands = commands.Intended,
            Accepted = commands.Succeeded.Count,
            Calls = calls.Intended,
            Outcomes = commands.Statuses.Concat(calls.Statuses).GroupBy(status => status, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            DeadLettered = dead.Count,
            DeadLetterReasons = left.Reasons,
            Cancelled = cancellations.Count,
            RanThoughCancelled = ranThoughCancelled,
            Lost = [.. commands.Succeeded.Where(id => !somewhere.Contains(id) && !cancellations.MayBeCancelled(id))],
            RolledOut = rolledOut,
            Unsettled = left.Unsettled,
            Stuck = left.Stuck,
            Duplicated = duplicated,
            Recovered = [.. somewhere.Where(id => commands.IsIntended(id) && !commands.Succeeded.Contains(id))],
            Unexpected = unexpected,
            Late = [.. commands.Late(tolerance), .. calls.Late(tolerance)],
            LatestMs = Math.Max(commands.LatestMs, calls.LatestMs),
        };
    }
}
