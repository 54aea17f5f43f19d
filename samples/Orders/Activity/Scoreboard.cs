namespace Orders.Activity;

/// <summary>What each worker and the web app have done so far, added up from the feed.</summary>
internal sealed class Scoreboard
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Score> _scores = new(StringComparer.Ordinal);

    public Scoreboard(ActivityFeed feed) => feed.Published += Count;

    /// <summary>The scores by name.</summary>
    public IReadOnlyList<Score> Snapshot()
    {
        lock (_lock)
        {
            return [.. _scores.Values];
        }
    }

    private void Count(ActivityEntry entry)
    {
        lock (_lock)
        {
            var score = _scores.GetValueOrDefault(entry.Source) ?? new Score(entry.Source);
            _scores[entry.Source] = score.With(entry);
        }
    }
}

/// <summary>What one of them has done so far.</summary>
internal sealed record Score(string Name)
{
    public string State { get; private init; } = "serving";

    /// <summary>What it did last.</summary>
    public string Last { get; private init; } = string.Empty;

    public bool IsWorker { get; private init; }

    public int Running { get; private init; }

    public int Calls { get; private init; }

    public int Commands { get; private init; }

    public int Faults { get; private init; }

    public int Stopped { get; private init; }

    public int Answered { get; private init; }

    public Score With(ActivityEntry entry) => entry.Happening switch
    {
        Happening.Joined => this with { IsWorker = true, State = "serving", Running = 0 },
        Happening.Left => this with { State = "left", Running = 0 },
        Happening.Died => this with { State = "died", Running = 0 },
        Happening.Started => this with { IsWorker = true, Running = Running + 1, Last = $"{entry.Subject} {entry.Detail}" },
        Happening.Served => this with { Calls = Calls + 1, Running = Running - 1 },
        Happening.Ran => this with { Commands = Commands + 1, Running = Running - 1 },
        Happening.Faulted => this with { Faults = Faults + 1, Running = Running - 1 },
        Happening.Stopped => this with { Stopped = Stopped + 1, Running = Running - 1 },
        Happening.Answered => this with { Answered = Answered + 1 },
        _ => this,
    };
}
