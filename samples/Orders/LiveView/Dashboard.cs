using System.Globalization;
using Orders.Activity;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orders.LiveView;

/// <summary>A table of the workers, what happened last, and what to try, redrawn four times a second.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(250);

    private readonly ActivityFeed _feed;
    private readonly Scoreboard _scores;
    private readonly string _headline;
    private readonly IReadOnlyList<string> _hints;
    private readonly PeriodicTimer _timer;
    private readonly Lock _lock = new();
    private readonly LinkedList<ActivityEntry> _recent = [];
    private Task _loop = Task.CompletedTask;

    private Dashboard(ActivityFeed feed, TimeProvider time, string headline, IReadOnlyList<string> hints)
    {
        _feed = feed;
        _scores = new Scoreboard(feed);
        _headline = headline;
        _hints = hints;
        _timer = new PeriodicTimer(_redraw, time);
        _feed.Published += Remember;
    }

    public static Dashboard Start(ActivityFeed feed, TimeProvider time, string headline, IReadOnlyList<string> hints)
    {
        var dashboard = new Dashboard(feed, time, headline, hints);
        dashboard._loop = AnsiConsole.Live(new Text(headline)).Overflow(VerticalOverflow.Crop).StartAsync(dashboard.DrawAsync);
        return dashboard;
    }

    public async ValueTask DisposeAsync()
    {
        _feed.Published -= Remember;
        _timer.Dispose();
        await _loop;
    }

    private async Task DrawAsync(LiveDisplayContext display)
    {
        do
        {
            display.UpdateTarget(Draw());
        }
        while (await _timer.WaitForNextTickAsync());

        display.UpdateTarget(Draw());
    }

    private Rows Draw()
    {
        var scores = _scores.Snapshot();
        var parts = new List<IRenderable> { new Rule($"[bold]{_headline.EscapeMarkup()}[/]").LeftJustified(), Workers(scores) };
        if (scores.Sum(score => score.Answered) is > 0 and var answered)
        {
            parts.Add(new Text(string.Create(CultureInfo.InvariantCulture, $" HTTP requests answered: {answered}"), Color.Grey));
        }

        parts.Add(new Rule("[grey]just now[/]").LeftJustified().RuleStyle("grey"));
        var room = Math.Clamp(AnsiConsole.Profile.Height - scores.Count - _hints.Count - 10, 3, 15);
        parts.AddRange(Recent(room).Select(Line));
        if (_hints.Count > 0)
        {
            parts.Add(new Rule("[grey]try[/]").LeftJustified().RuleStyle("grey"));
            parts.AddRange(_hints.Select(hint => Cropped(hint, Color.Default)));
        }

        return new Rows(parts);
    }

    private static Table Workers(IEnumerable<Score> scores)
    {
        var table = new Table().Border(TableBorder.Simple).Expand()
            .AddColumn("worker").AddColumn("state").AddColumn("running", RightAligned).AddColumn("calls", RightAligned)
            .AddColumn("commands", RightAligned).AddColumn("faults", RightAligned).AddColumn("stopped", RightAligned)
            .AddColumn("last", column => column.NoWrap());
        foreach (var score in scores.Where(score => score.IsWorker))
        {
            var state = score.State == "serving" ? "[green]serving[/]" : $"[red]{score.State}[/]";
            table.AddRow(
                score.Name.EscapeMarkup(), state, Number(score.Running), Number(score.Calls), Number(score.Commands),
                Number(score.Faults), Number(score.Stopped), score.Last.EscapeMarkup());
        }

        return table;
    }

    private static Text Line(ActivityEntry entry) => Cropped(entry.ToString(), entry.Happening switch
    {
        Happening.Faulted or Happening.Stopped => Color.Yellow,
        Happening.Warned or Happening.Died => Color.Red,
        Happening.Ran => Color.Aqua,
        Happening.Answered => Color.Blue,
        _ => Color.Grey,
    });

    private static Text Cropped(string text, Color color) => new($" {text}", color) { Overflow = Overflow.Ellipsis };

    private static void RightAligned(TableColumn column) => column.RightAligned();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Remember(ActivityEntry entry)
    {
        if (entry.Happening == Happening.Started)
        {
            return;
        }

        lock (_lock)
        {
            _recent.AddLast(entry);
            if (_recent.Count > 15)
            {
                _recent.RemoveFirst();
            }
        }
    }

    private ActivityEntry[] Recent(int count)
    {
        lock (_lock)
        {
            return [.. _recent.TakeLast(count)];
        }
    }
}
