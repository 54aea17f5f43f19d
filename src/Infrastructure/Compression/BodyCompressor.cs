using System.Buffers;
using System.IO.Compression;
using Messaging.Buffers;

namespace Messaging.Compression;

/// <summary>Compresses bodies on their way out.</summary>
internal static class BodyCompressor
{
    private const int BrotliQuality = 4;
    private const int BrotliWindowBits = 20;
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Compresses a body where that is planned and makes it smaller.</summary>
    /// <param name="body">The body; in its place comes the compressed one, and it is given back.</param>
    /// <param name="plan">What is planned.</param>
    /// <param name="limitBytes">How large the outcome may be.</param>
    /// <returns>How it is compressed; null where it was left as it is.</returns>
    public static string? Compress(ref PooledBuffer body, in CompressionPlan plan, int limitBytes)
    {
        var plain = body.Written;
        if (plan.Encoding is not { } encoding || plain.Length < plan.ThresholdBytes || plain.IsEmpty)
        {
            return null;
        }

        var compressed = PooledBuffer.Rent(plan.Always ? limitBytes : Math.Min(limitBytes, plain.Length));
        try
        {
            Write(encoding, plain, compressed);
        }
        catch (PayloadTooLargeException)
        {
            // Random bytes, or bytes that are compressed already, grow.
            compressed.Return();
            return null;
        }

        body.Return();
        body = compressed;
        return encoding;
    }

    /// <summary>Writes a body compressed.</summary>
    public static void Write(string encoding, ReadOnlyMemory<byte> plain, IBufferWriter<byte> output)
    {
        if (string.Equals(encoding, ContentEncodings.Brotli, StringComparison.Ordinal))
        {
            WriteBrotli(plain.Span, output);
            return;
        }

        using var gzip = new GZipStream(new BufferStream(output), CompressionLevel.Fastest);
        gzip.Write(plain.Span);
    }

    private static void WriteBrotli(ReadOnlySpan<byte> plain, IBufferWriter<byte> output)
    {
        using var encoder = new BrotliEncoder(BrotliQuality, BrotliWindowBits);
        while (true)
        {
            var status = encoder.Compress(plain, output.GetSpan(ChunkBytes), out var consumed, out var written, isFinalBlock: true);
            output.Advance(written);
            plain = plain[consumed..];
            switch (status)
            {
                case OperationStatus.Done:
                    return;
                case OperationStatus.InvalidData:
                    throw new InvalidDataException("Brotli could not compress the body.");
            }
        }
    }
}
