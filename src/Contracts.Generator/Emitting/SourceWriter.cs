using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Messaging.Generator.Emitting;

/// <summary>Writes indented lines, ended by a line feed on every system.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _indent;

    public void Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', _indent * 4).Append(text);
        }

        _text.Append('\n');
    }

    public void Open(string text)
    {
        Line(text);
        Line("{");
        _indent++;
    }

    public void Close(string text = "}")
    {
        _indent--;
        Line(text);
    }

    /// <summary>A continuation line, one step further in.</summary>
    public void Continue(string text)
    {
        _indent++;
        Line(text);
        _indent--;
    }

    public static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    /// <summary>A name as code may write it: <c>event</c> becomes <c>@event</c>.</summary>
    public static string Identifier(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    public override string ToString() => _text.ToString();
}
