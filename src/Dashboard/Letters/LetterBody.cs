using System.Globalization;
using System.Text;
using Messaging.Buffers;
using Messaging.Compression;

namespace Messaging.Letters;

/// <summary>A body as a page shows it.</summary>
/// <param name="Text">It, or its beginning, as text; of bytes that are none, a table of them.</param>
/// <param name="IsText">Whether it is text.</param>
/// <param name="IsWhole">Whether this is all of it.</param>
/// <param name="Note">What there is to say about it; null for nothing.</param>
internal sealed record LetterBody(string Text, bool IsText, bool IsWhole, string? Note)
{
    private const int HexBytes = 2048;
    private const int HexWidth = 16;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether it can be edited: text, and all of it.</summary>
    public bool IsEditable => IsText && IsWhole;

    public static LetterBody Read(DeadLetter letter, int maxBytes)
    {
        if (letter.ContentEncoding is not { } encoding)
        {
            return Read(letter.Body, maxBytes, note: null);
        }

        PooledBuffer plain;
        try
        {
            plain = BodyDecompressor.Decompress(encoding, letter.Body, maxBytes);
        }
        catch (PayloadTooLargeException)
        {
            return Hex(letter.Body, $"Compressed with {encoding}, and larger than {maxBytes:N0} bytes when it is decompressed: these are its compressed bytes.");
        }
        catch (InvalidDataException exception)
        {
            return Hex(letter.Body, $"It is said to be compressed with {encoding}, and is not: {exception.Message}");
        }
        catch (NotSupportedException)
        {
            return Hex(letter.Body, $"Compressed with {encoding}, which is not read here: these are its compressed bytes.");
        }

        try
        {
            return Read(plain.Written, maxBytes, $"Decompressed from {encoding}, {letter.Body.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes. An edited body is sent as it is.");
        }
        finally
        {
            plain.Return();
        }
    }

    private static LetterBody Read(ReadOnlyMemory<byte> bytes, int maxBytes, string? note)
    {
        var isWhole = bytes.Length <= maxBytes;
        var shown = isWhole ? bytes.Span : bytes.Span[..maxBytes];
        if (!isWhole)
        {
            // A character may be cut in two: its beginning goes.
            for (var cut = 0; cut < 4 && (shown[^1] & 0x80) != 0; cut++)
            {
                var isLead = (shown[^1] & 0x40) != 0;
                shown = shown[..^1];
                if (isLead)
                {
                    break;
                }
            }
        }

        try
        {
            var text = _strict.GetString(shown);
            if (!text.AsSpan().ContainsAnyInRange('\0', '\b'))
            {
                return new LetterBody(text, IsText: true, isWhole, isWhole ? note : $"These are the first {shown.Length:N0} of {bytes.Length:N0} bytes. It can be replayed as it is, and not be edited here (Messaging:Dashboard:MaxBodyBytes).");
            }
        }
        catch (DecoderFallbackException)
        {
            // Bytes that are no text are shown as bytes.
        }

        return Hex(bytes, note);
    }

    private static LetterBody Hex(ReadOnlyMemory<byte> bytes, string? note)
    {
        var shown = bytes.Span[..Math.Min(bytes.Length, HexBytes)];
        var text = new StringBuilder();
        for (var at = 0; at < shown.Length; at += HexWidth)
        {
            var line = shown.Slice(at, Math.Min(HexWidth, shown.Length - at));
            text.Append(CultureInfo.InvariantCulture, $"{at:x4}  ");
            for (var column = 0; column < HexWidth; column++)
            {
                text.Append(column < line.Length ? line[column].ToString("x2", CultureInfo.InvariantCulture) : "  ").Append(' ');
            }

            text.Append(' ');
            foreach (var value in line)
            {
                text.Append(value is >= 0x20 and < 0x7f ? (char)value : '·');
            }

            text.Append('\n');
        }

        var isWhole = shown.Length == bytes.Length;
        var what = isWhole ? "It is no text: these are its bytes. It can be replayed as it is." : $"It is no text: these are the first {shown.Length:N0} of {bytes.Length:N0} bytes. It can be replayed as it is.";
        return new LetterBody(text.ToString(), IsText: false, isWhole, note is null ? what : $"{note} {what}");
    }
}
