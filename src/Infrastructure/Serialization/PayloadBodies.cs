using Messaging.Buffers;
using Messaging.Compression;

namespace Messaging.Serialization;

/// <summary>Between codecs and the wire: compresses what goes out, decompresses what comes in.</summary>
internal static class PayloadBodies
{
    /// <summary>Writes a value.</summary>
    /// <param name="codec">Its codec.</param>
    /// <param name="value">The value.</param>
    /// <param name="body">An empty buffer; maybe another comes in its place, and it is given back.</param>
    /// <param name="plan">Whether to compress it. What is forwarded compressed stays so.</param>
    /// <param name="limitBytes">How large it may be.</param>
    /// <returns>How it is compressed; null for not at all.</returns>
    public static string? Write<T>(PayloadCodec<T> codec, T value, ref PooledBuffer body, in CompressionPlan plan, int limitBytes)
    {
        codec.Encode(value, body);
        return EncodingOf(value) ?? (plan.Encoding is null ? null : BodyCompressor.Compress(ref body, plan, limitBytes));
    }

    /// <summary>How a value is compressed already; null for anything but what is forwarded so.</summary>
    public static string? EncodingOf<T>(T value) => typeof(T) == typeof(RawPayload) ? ((RawPayload)(object)value!).Encoding : null;

    /// <summary>Reads a value. What is forwarded stays as it came.</summary>
    /// <param name="codec">Its codec.</param>
    /// <param name="encoding">How the body is compressed; null for not at all.</param>
    /// <param name="body">The body.</param>
    /// <param name="limitBytes">How large it may become.</param>
    /// <exception cref="PayloadTooLargeException">It is larger than the limit when it is decompressed.</exception>
    /// <exception cref="Exception">It can't be decompressed or decoded.</exception>
    public static T Read<T>(PayloadCodec<T> codec, string? encoding, ReadOnlyMemory<byte> body, int limitBytes)
    {
        if (encoding is null)
        {
            return codec.Decode(body.Span);
        }

        if (typeof(T) == typeof(RawPayload))
        {
            return (T)(object)new RawPayload(body.ToArray(), encoding);
        }

        var plain = BodyDecompressor.Decompress(encoding, body, limitBytes);
        try
        {
            return codec.Decode(plain.Written.Span);
        }
        finally
        {
            plain.Return();
        }
    }
}
