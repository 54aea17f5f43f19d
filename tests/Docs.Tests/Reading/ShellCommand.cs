using System.Text;

namespace Messaging.Docs.Tests.Reading;

/// <summary>A command as a document tells it: settings in the environment, a program, its arguments.</summary>
/// <param name="Document">The document's path from the root.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Text">All of it, as it stands there, without its comment.</param>
internal sealed record ShellCommand(string Document, int Line, string Text)
{
    private readonly IReadOnlyList<string> _words = Split(Text);

    /// <summary>What the document says that it prints, line by line.</summary>
    public IReadOnlyList<string> Printed { get; init; } = [];

    /// <summary>What it sets before the program.</summary>
    public IReadOnlyDictionary<string, string> Settings => _words.TakeWhile(IsSetting).Select(static word => word.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);

    /// <summary>The program; empty where it only sets something.</summary>
    public string Program => _words.SkipWhile(IsSetting).FirstOrDefault("");

    public IReadOnlyList<string> Arguments => [.. _words.SkipWhile(IsSetting).Skip(1)];

    public override string ToString() => $"{Document}:{Line}: {Text}";

    /// <summary>The words of a line without its comment, as a shell takes it apart: quotes hold together, nothing is expanded.</summary>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        foreach (var letter in line)
        {
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
                word = quote == '\0' ? word : word!.Append(letter);
            }
            else if (letter is '\'' or '"')
            {
                quote = letter;
                word ??= new StringBuilder();
            }
            else if (letter == '#' && word is null)
            {
                break;
            }
            else if (char.IsWhiteSpace(letter))
            {
                Add();
            }
            else
            {
                word = (word ?? new StringBuilder()).Append(letter);
            }
        }

        Add();
        return quote == '\0' ? words : throw new FormatException($"The quote {quote} has no end in: {line}");

        void Add()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }

    private static bool IsSetting(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and var end && word.AsSpan(0, end).IndexOfAnyExcept(_nameLetters) < 0;

    private static readonly System.Buffers.SearchValues<char> _nameLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}
