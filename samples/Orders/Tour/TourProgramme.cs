using Orders.LiveView;
using Spectre.Console;

namespace Orders.Tour;

/// <summary>Prints the tour: in colour on a terminal, as plain lines anywhere else.</summary>
internal sealed class TourProgramme
{
    private const int TitleWidth = 42;

    /// <summary>How many steps did not behave.</summary>
    public int Failures { get; private set; }

    public void Open(string broker)
    {
        Write($"Orders: a tour of typed calls over a queue, on {broker}", "bold");
        Console.Out.WriteLine();
    }

    public void Behaved(string title, string seen) => Step("✓", "green", title, seen);

    public void Misbehaved(string title, string seen)
    {
        Failures++;
        Step("✗", "red", title, seen);
    }

    public void Close(int steps, TimeSpan took)
    {
        Console.Out.WriteLine();
        Write(
            Failures == 0 ? $"All {steps} steps behaved, in {took.TotalSeconds:0.0} s." : $"{Failures} of {steps} steps did not behave.",
            Failures == 0 ? "green" : "red");
    }

    private static void Step(string mark, string colour, string title, string seen)
    {
        if (View.OnTerminal)
        {
            AnsiConsole.MarkupLineInterpolated($"[{colour}]{mark}[/] [bold]{title.PadRight(TitleWidth)}[/] {seen}");
        }
        else
        {
            Console.Out.WriteLine($"{mark} {title.PadRight(TitleWidth)} {seen}");
        }
    }

    private static void Write(string text, string style)
    {
        if (View.OnTerminal)
        {
            AnsiConsole.MarkupLineInterpolated($"[{style}]{text}[/]");
        }
        else
        {
            Console.Out.WriteLine(text);
        }
    }
}
