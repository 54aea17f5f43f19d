using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Messaging.Cli.Output;

/// <summary>Text from elsewhere, made safe to print: nothing in it steers the terminal, and no address in it shows a password.</summary>
internal static partial class TerminalText
{
    /// <summary>Replaces control characters but tabs and, where they are wanted, line ends.</summary>
    public static string Clean(string text, bool keepLines = false)
    {
        if (!text.Any(character => IsUnsafe(character, keepLines)))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            if (IsUnsafe(character, keepLines))
            {
                clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                clean.Append(character);
            }
        }

        return clean.ToString();
    }

    /// <summary>Takes the passwords out of addresses.</summary>
    public static string Redact(string text) => Credentials().Replace(text, "${scheme}***@");

    // Beside the control characters those that turn the direction of text, which make a line read as another.
    private static bool IsUnsafe(char character, bool keepLines) =>
        (char.IsControl(character) && character is not '\t' && !(keepLines && character is '\n'))
        || character is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    // Greedy: a password may hold an at sign.
    [GeneratedRegex(@"(?<scheme>amqps?://)\S*@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Credentials();
}
