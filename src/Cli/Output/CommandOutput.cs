using System.Text.Json.Nodes;
using Spectre.Console;

namespace Messaging.Cli.Output;

/// <summary>Where a command writes: tables and text for people, or JSON for programs; what went wrong to the error output.</summary>
internal sealed class CommandOutput
{
    // Wide enough for tables in a file or a pipe, where no terminal says its width.
    private const int PlainWidth = 160;

    private readonly TextWriter _error;
    private readonly bool _color;
    private IAnsiConsole? _console;

    public CommandOutput(TextWriter output, TextWriter error, bool json, bool color)
    {
        Raw = output;
        _error = error;
        Json = json;
        _color = color;
    }

    /// <summary>Whether programs read it.</summary>
    public bool Json { get; }

    /// <summary>The standard output itself.</summary>
    public TextWriter Raw { get; }

    /// <summary>Whether a person looks at the output in a terminal.</summary>
    public bool IsTerminal => !Json && ReferenceEquals(Raw, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>For tables and live views.</summary>
    public IAnsiConsole Tables => _console ??= CreateConsole();

    /// <summary>Writes a line for people; text from elsewhere in it is made safe.</summary>
    public void Line(string text = "") => Raw.WriteLine(TerminalText.Clean(text, keepLines: true));

    /// <summary>Writes a document, or a stream's next one, on one line.</summary>
    public void Document(JsonNode node) => Raw.WriteLine(JsonText.OneLine(node));

    /// <summary>A remark that is not the result.</summary>
    public void Note(string text) => _error.WriteLine(TerminalText.Clean(TerminalText.Redact(text)));

    /// <summary>Says why the command ends.</summary>
    /// <param name="code">The exit code.</param>
    /// <param name="kind">A stable word for programs.</param>
    /// <param name="message">What happened and what to do next.</param>
    /// <param name="more">What else programs may want.</param>
    public void Error(int code, string kind, string message, JsonObject? more = null)
    {
        message = TerminalText.Redact(message);
        if (!Json)
        {
            _error.WriteLine("error: " + TerminalText.Clean(message));
            return;
        }

        var error = new JsonObject { ["kind"] = kind, ["exitCode"] = code, ["message"] = message };
        foreach (var (name, value) in more ?? [])
        {
            error[name] = value?.DeepClone();
        }

        _error.WriteLine(JsonText.OneLine(new JsonObject { ["error"] = error }));
    }

    /// <summary>A table whose cells are text from elsewhere.</summary>
    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }

        return table;
    }

    /// <summary>A row of such a table.</summary>
    public static Text[] Row(params string[] cells) => [.. cells.Select(static cell => new Text(TerminalText.Clean(cell)))];

    private IAnsiConsole CreateConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Raw),
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsTerminal && _color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!IsTerminal)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }
}
