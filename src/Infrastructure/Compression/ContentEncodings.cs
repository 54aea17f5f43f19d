using System.Collections.Frozen;
using Messaging.Wire;

namespace Messaging.Compression;

/// <summary>The names of compressions, as they stand in <c>content-encoding</c> and <c>accept-encoding</c>.</summary>
internal static class ContentEncodings
{
    public const string Gzip = "gzip";
    public const string Brotli = "br";

    /// <summary>What is read here.</summary>
    public const string Readable = Gzip + ", " + Brotli;

    private const string Identity = "identity";

    private static readonly FrozenDictionary<string, object?> _gzip = Single(Gzip);
    private static readonly FrozenDictionary<string, object?> _brotli = Single(Brotli);

    /// <summary>The name of an algorithm; null for none.</summary>
    public static string? Of(CompressionAlgorithm algorithm) => algorithm switch
    {
        CompressionAlgorithm.Gzip => Gzip,
        CompressionAlgorithm.Brotli => Brotli,
        _ => null,
    };

    /// <summary>What a message says that its body is compressed with, as it came; null for nothing.</summary>
    public static string? Read(IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null && headers.TryGetValue(WireNames.ContentEncoding, out var value) ? Known(HeaderValues.TryGetText(value)) : null;

    /// <summary>The headers of a message that has none but its body's encoding.</summary>
    public static IReadOnlyDictionary<string, object?>? Headers(string? encoding) => encoding switch
    {
        null => null,
        Gzip => _gzip,
        Brotli => _brotli,
        _ => Single(encoding),
    };

    /// <summary>Headers with a body's encoding among them.</summary>
    public static IReadOnlyDictionary<string, object?>? Add(IReadOnlyDictionary<string, object?>? headers, string? encoding) =>
        encoding is null || headers is null
            ? headers ?? Headers(encoding)
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal) { [WireNames.ContentEncoding] = encoding };

    /// <summary>Whether <paramref name="accepted"/>, a list as in <c>accept-encoding</c>, names <paramref name="encoding"/>.</summary>
    public static bool Accepts(ReadOnlySpan<char> accepted, string encoding)
    {
        foreach (var range in accepted.Split(','))
        {
            var part = accepted[range];
            var semicolon = part.IndexOf(';');
            var name = (semicolon < 0 ? part : part[..semicolon]).Trim();
            if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
            {
                // A weight of zero says that it is not wanted: https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2
                return semicolon < 0 || part[semicolon..].TrimEnd().TrimEnd("0.") is not [.., '='];
            }
        }

        return false;
    }

    private static string? Known(string? encoding) => encoding switch
    {
        null or "" => null,
        _ when encoding.Equals(Gzip, StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) => Gzip,
        _ when encoding.Equals(Brotli, StringComparison.OrdinalIgnoreCase) => Brotli,
        _ when encoding.Equals(Identity, StringComparison.OrdinalIgnoreCase) => null,
        _ => encoding,
    };

    private static FrozenDictionary<string, object?> Single(string encoding) =>
        new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.ContentEncoding] = encoding }.ToFrozenDictionary(StringComparer.Ordinal);
}
