namespace Messaging.Letters;

/// <summary>What a person looks for: each word is somewhere in the letter.</summary>
internal sealed class LetterSearch(string? text, int maxBytes)
{
    private const int MaxWords = 10;

    private readonly string[] _words = (text ?? string.Empty)
        .Split((char[]?)null, MaxWords, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public bool Matches(DeadLetter letter)
    {
        // Read where it is needed alone: it may have to be decompressed.
        string? body = null;
        foreach (var word in _words)
        {
            if (!IsInHead(letter, word) && !Has(body ??= ReadBody(letter), word))
            {
                return false;
            }
        }

        return true;
    }

    private string ReadBody(DeadLetter letter) => LetterBody.Read(letter, maxBytes) is { IsText: true, Text: var text } ? text : string.Empty;

    private static bool IsInHead(DeadLetter letter, string word)
    {
        if (Has(letter.Method, word) || Has(letter.MessageId, word) || Has(letter.Reason, word) || Has(letter.ExceptionType, word)
            || Has(letter.ExceptionMessage, word) || Has(letter.Worker, word) || Has(letter.Queue, word))
        {
            return true;
        }

        foreach (var (name, value) in letter.Headers)
        {
            if (Has(name, word) || Has(value, word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(string? text, string word) => text is not null && text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
