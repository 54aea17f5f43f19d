using System.Text;
using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>Reads JSON texts of strangers as ASP.NET Core does: with a byte-order mark or without.</summary>
internal static class Utf8Text
{
    private const string Charset = "charset";

    /// <summary>The text without its byte-order mark.</summary>
    /// <exception cref="JsonException">It is UTF-16 or UTF-32.</exception>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            return text[Encoding.UTF8.Preamble.Length..];
        }

        // JSON begins with two characters of ASCII, or with one: a zero among the first two bytes, or a mark of such an encoding, is no UTF-8.
        return text.Length > 1 && (text[0] == 0 || text[1] == 0 || (text[0], text[1]) is (0xFE, 0xFF) or (0xFF, 0xFE))
            ? throw new JsonException("It is UTF-16 or UTF-32: send UTF-8.")
            : text;
    }

    /// <summary>The charset that a content type names, if it is another than is read here; null where it isn't.</summary>
    public static string? FindOtherCharset(ReadOnlySpan<char> contentType)
    {
        for (var semicolon = contentType.IndexOf(';'); semicolon >= 0; semicolon = contentType.IndexOf(';'))
        {
            contentType = contentType[(semicolon + 1)..];
            var next = contentType.IndexOf(';');
            var parameter = next < 0 ? contentType : contentType[..next];
            var equals = parameter.IndexOf('=');
            if (equals < 0 || !parameter[..equals].Trim().Equals(Charset, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // ASCII is UTF-8 too.
            var value = parameter[(equals + 1)..].Trim().Trim('"');
            return value.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || value.Equals("utf8", StringComparison.OrdinalIgnoreCase) || value.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
                ? null
                : value.ToString();
        }

        return null;
    }
}
