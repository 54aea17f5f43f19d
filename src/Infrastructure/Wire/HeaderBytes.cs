using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Messaging.Wire;

/// <summary>What headers weigh: all of a message's have to fit one frame.</summary>
internal static class HeaderBytes
{
    /// <summary>What they may weigh where the transport does not say: what is left of a frame of 128 KiB.</summary>
    public const int DefaultLimit = (128 * 1024) - 3072;

    // A table entry is its name, a length, a tag, and its value with a length of its own.
    private const int EntryOverhead = 6;
    private const string Ellipsis = "…";
    private const int EllipsisBytes = 3;

    public static int Of(string name, object? value) =>
        EntryOverhead + Encoding.UTF8.GetByteCount(name) + value switch
        {
            string text => Encoding.UTF8.GetByteCount(text),

            // A stranger's text, as it came.
            byte[] bytes => bytes.Length,
            _ => sizeof(long),
        };

    public static int Of(Dictionary<string, object?>? headers)
    {
        var bytes = 0;
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                bytes += Of(name, value);
            }
        }

        return bytes;
    }

    /// <summary>As much of a text as so many bytes hold.</summary>
    public static string Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        var room = maxBytes - EllipsisBytes;
        if (room <= 0)
        {
            return string.Empty;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(room);
        Utf8.FromUtf16(text, bytes.AsSpan(0, room), out var read, out _);
        ArrayPool<byte>.Shared.Return(bytes);
        return string.Concat(text.AsSpan(0, read), Ellipsis);
    }

    /// <summary>Cuts what may be cut, in this order and only as far as needed, until all fits. False where it doesn't all the same.</summary>
    public static bool TryFit(Dictionary<string, object?> headers, int limit, ReadOnlySpan<string> cuttable)
    {
        var excess = Of(headers) - limit;
        foreach (var name in cuttable)
        {
            if (excess <= 0)
            {
                return true;
            }

            if (headers.TryGetValue(name, out var value) && value is string text)
            {
                var before = Of(name, text);
                var left = Cut(text, Math.Max(0, Encoding.UTF8.GetByteCount(text) - excess));
                if (left.Length > 0)
                {
                    headers[name] = left;
                    excess -= before - Of(name, left);
                }
                else
                {
                    headers.Remove(name);
                    excess -= before;
                }
            }
        }

        return excess <= 0;
    }
}
