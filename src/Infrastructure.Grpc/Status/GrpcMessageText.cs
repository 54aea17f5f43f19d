using System.Buffers;
using System.Text;

namespace Messaging.Grpc;

/// <summary>
/// The trailer <c>grpc-message</c>: UTF-8, with <c>%XX</c> for every byte but printable ASCII, and for the percent sign.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (Status-Message)
/// </summary>
internal static class GrpcMessageText
{
    private const string Digits = "0123456789ABCDEF";

    private static readonly SearchValues<char> _plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code).Where(static character => character != '%')]);

    /// <summary>Writes a message, cut at a character's boundary so that it takes no more than <paramref name="maxLength"/> characters.</summary>
    public static string Encode(string message, int maxLength = int.MaxValue)
    {
        if (message.Length <= maxLength && !message.AsSpan().ContainsAnyExcept(_plain))
        {
            return message;
        }

        var text = new StringBuilder(message.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in message.EnumerateRunes())
        {
            var plain = rune.IsAscii && _plain.Contains((char)rune.Value);
            var count = rune.EncodeToUtf8(bytes);
            if (text.Length + (plain ? 1 : 3 * count) > maxLength)
            {
                break;
            }

            if (plain)
            {
                text.Append((char)rune.Value);
                continue;
            }

            foreach (var value in bytes[..count])
            {
                text.Append('%').Append(Digits[value >> 4]).Append(Digits[value & 0xF]);
            }
        }

        return text.ToString();
    }

    /// <summary>Reads a message. As the protocol asks, what breaks the rules is kept as it is and loses nothing.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new ArrayBufferWriter<byte>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]))
            {
                bytes.GetSpan(1)[0] = (byte)((Value(text[at + 1]) << 4) | Value(text[at + 2]));
                bytes.Advance(1);
                at += 3;
                continue;
            }

            var next = text.IndexOf('%', at + 1);
            next = next < 0 ? text.Length : next;
            Encoding.UTF8.GetBytes(text.AsSpan(at, next - at), bytes);
            at = next;
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static int Value(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
