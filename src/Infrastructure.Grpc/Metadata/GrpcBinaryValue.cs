using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Messaging.Grpc;

/// <summary>A value of a name that ends in <c>-bin</c>: base64, padded or not, several joined by commas.</summary>
internal static class GrpcBinaryValue
{
    private const int GroupLength = 4;

    /// <summary>Writes one value, without padding as the protocol wants it.</summary>
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>Whether all values that <paramref name="text"/> joins can be read.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split(','))
        {
            var part = text[range].Trim();
            if (part.Length % GroupLength == 0 ? !Base64.IsValid(part) : !IsValidUnpadded(part))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads all values that <paramref name="text"/> joins, in their order.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out IReadOnlyList<byte[]>? values)
    {
        values = null;
        if (!IsValid(text))
        {
            return false;
        }

        var all = new List<byte[]>();
        foreach (var range in text.Split(','))
        {
            var part = text[range].Trim();
            var padding = (GroupLength - (part.Length % GroupLength)) % GroupLength;
            all.Add(Convert.FromBase64String(string.Concat(part, "==".AsSpan(0, padding))));
        }

        values = all;
        return true;
    }

    // Padding that is there must be whole; one character alone says nothing.
    private static bool IsValidUnpadded(ReadOnlySpan<char> part)
    {
        var padding = GroupLength - (part.Length % GroupLength);
        return padding < GroupLength - 1 && !part.Contains('=') && Base64.IsValid(string.Concat(part, "==".AsSpan(0, padding)));
    }
}
