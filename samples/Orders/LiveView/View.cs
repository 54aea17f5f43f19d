using Orders.Hosting;
using Spectre.Console;

namespace Orders.LiveView;

/// <summary>Shows what happens, for as long as it is not disposed: a dashboard on a terminal, plain lines anywhere else.</summary>
internal static class View
{
    /// <summary>Whether there is a terminal that understands colours and cursor movements.</summary>
    public static bool OnTerminal { get; } =
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    public static IAsyncDisposable Start(Surroundings here, string headline, IReadOnlyList<string> hints) =>
        OnTerminal ? Dashboard.Start(here.Feed, here.Time, headline, hints) : PlainLines.Start(here.Feed, headline, hints);
}
