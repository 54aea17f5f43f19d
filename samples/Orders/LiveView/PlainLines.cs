using Orders.Activity;

namespace Orders.LiveView;

/// <summary>One line of plain text for each thing that happens: for log files, pipes and containers.</summary>
internal sealed class PlainLines : IAsyncDisposable
{
    private readonly ActivityFeed _feed;

    private PlainLines(ActivityFeed feed)
    {
        _feed = feed;
        _feed.Published += Write;
    }

    public static PlainLines Start(ActivityFeed feed, string headline, IReadOnlyList<string> hints)
    {
        Console.Out.WriteLine(headline);
        foreach (var hint in hints)
        {
            Console.Out.WriteLine($"  {hint}");
        }

        return new PlainLines(feed);
    }

    public ValueTask DisposeAsync()
    {
        _feed.Published -= Write;
        return ValueTask.CompletedTask;
    }

    private static void Write(ActivityEntry entry) => Console.Out.WriteLine(entry.ToString());
}
