using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Messaging.Letters;

/// <summary>
/// The key of a dead letter, made of all that it is. Message ids may be missing or given twice, and one that was replayed
/// meanwhile and failed again is another letter: what somebody decided on seeing the one is not done to the other.
/// </summary>
internal static class LetterKey
{
    private const int Bytes = 15;

    public static string Of(DeadLetter letter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, letter.MessageId);
        Add(hash, letter.Method);
        Add(hash, letter.Queue);
        Add(hash, letter.Reason);
        Add(hash, letter.LastFailure?.ToString("O", CultureInfo.InvariantCulture));
        Add(hash, letter.History.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in letter.Headers.OrderBy(static header => header.Key, StringComparer.Ordinal))
        {
            Add(hash, name);
            Add(hash, value);
        }

        hash.AppendData(letter.Body.Span);
        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, Bytes));
    }

    // With its length, so that two texts are never taken for two others.
    private static void Add(IncrementalHash hash, string? text)
    {
        var bytes = Encoding.UTF8.GetBytes(text ?? string.Empty);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
