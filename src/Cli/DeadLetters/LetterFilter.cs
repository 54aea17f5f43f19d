using System.CommandLine;
using Messaging.Cli.Output;

namespace Messaging.Cli.DeadLetters;

/// <summary>Which dead letters are meant.</summary>
internal sealed record LetterFilter(string? Id, string? Method, string? Search, bool All)
{
    public static Option<string?> IdOption { get; } = new("--id") { Description = "The letter with this message id." };

    public static Option<string?> MethodOption { get; } = new("--method") { Description = "Those of this method." };

    public static Option<string?> SearchOption { get; } = new("--search") { Description = "Those whose body, headers, reason or exception hold this text, in upper or lower case." };

    public static Option<bool> AllOption { get; } = new("--all") { Description = "All that are there." };

    public static LetterFilter From(ParseResult parsed) =>
        new(parsed.GetValue(IdOption), parsed.GetValue(MethodOption), parsed.GetValue(SearchOption), parsed.GetValue(AllOption));

    private bool IsNarrow => Id is not null || Method is not null || Search is not null;

    /// <exception cref="CliException">Nothing says which, or --all says more than the others.</exception>
    public void RequireChoice()
    {
        if (IsNarrow == All)
        {
            throw CliException.Usage(All
                ? "--all means every letter: leave out --id, --method and --search, or --all."
                : "Say which letters: --id, --method, --search, or --all.");
        }
    }

    public bool Takes(DeadLetter letter) =>
        (Id is null || string.Equals(letter.MessageId, Id, StringComparison.Ordinal))
        && (Method is null || string.Equals(letter.Method, Method, StringComparison.Ordinal))
        && (Search is null || Texts(letter).Any(text => text?.Contains(Search, StringComparison.OrdinalIgnoreCase) == true));

    public override string ToString() => All || !IsNarrow
        ? "all"
        : string.Join(" and ", ((string?[])[Id is null ? null : $"id {Id}", Method is null ? null : $"method {Method}", Search is null ? null : $"'{Search}'"]).OfType<string>());

    private static IEnumerable<string?> Texts(DeadLetter letter) =>
        [letter.Reason, letter.ExceptionType, letter.ExceptionMessage, LetterView.BodyText(letter), .. letter.Headers.Select(static header => $"{header.Key}: {header.Value}")];
}
