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

    public void Behaved(string title, string seen) => Step("✓", Color.Green, title, seen);

    public void Misbehaved(string title, string seen)
    {
        Failures++;
        Step("✗", Color.Red, title, seen);
    }

    public void Close(int steps, TimeSpan took)
    {
        Console.Out.WriteLine();
        Write(
            Failures == 0 ? $"All {steps} steps behaved, in {took.TotalSeconds:0.0} s." : $"{Failures} of {steps} steps did not behave.",
            Failures == 0 ? "green" : "red");
    }

    private static void Step(string mark, Color colour, string title, string seen)
    {
        if (View.OnTerminal)
        {
            AnsiConsole.Write(new Grid()
                .AddColumn(new GridColumn().NoWrap().Width(1).PadRight(1))
                .AddColumn(new GridColumn().NoWrap().Width(TitleWidth).PadRight(1))
                .AddColumn()
                .AddRow(new Text(mark, colour), new Text(title), new Text(seen)));
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
