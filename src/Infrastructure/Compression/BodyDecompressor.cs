using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Messaging.Buffers;

namespace Messaging.Compression;

/// <summary>Reads compressed bodies, which anyone may have written: piece by piece, and no more than the limit.</summary>
internal static class BodyDecompressor
{
    // Head, no data, trailer.
    private const int ShortestGzip = 18;

    /// <summary>Decompresses a body into pooled memory, which the caller gives back.</summary>
    /// <exception cref="PayloadTooLargeException">It is larger than the limit when it is decompressed.</exception>
    /// <exception cref="InvalidDataException">It is not what its encoding says, or ends too early.</exception>
    /// <exception cref="NotSupportedException">The encoding is not known.</exception>
    public static PooledBuffer Decompress(string encoding, ReadOnlyMemory<byte> body, int limitBytes)
    {
        var output = PooledBuffer.Rent(limitBytes);
        try
        {
            switch (encoding)
            {
                case ContentEncodings.Gzip:
                    ReadGzip(body, output);
                    break;
                case ContentEncodings.Brotli:
                    ReadBrotli(body.Span, output);
                    break;
                default:
                    throw new NotSupportedException($"The content encoding '{encoding}' is not read here; send {ContentEncodings.Gzip}, {ContentEncodings.Brotli}, or the body as it is.");
            }

            return output;
        }
        catch
        {
            output.Return();
            throw;
        }
    }

    private static void ReadGzip(ReadOnlyMemory<byte> body, PooledBuffer output)
    {
        if (!MemoryMarshal.TryGetArray(body, out var bytes))
        {
            bytes = body.ToArray();
        }

        using var gzip = new GZipStream(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), CompressionMode.Decompress);
        while (gzip.Read(output.GetSpan()) is > 0 and var read)
        {
            output.Advance(read);
        }

        // The stream takes data that was cut off for its end. A whole body states its length last, as one member:
        // https://www.rfc-editor.org/rfc/rfc1952#page-5
        if (bytes.Count < ShortestGzip || BinaryPrimitives.ReadUInt32LittleEndian(body.Span[^sizeof(uint)..]) != (uint)output.Written.Length)
        {
            throw new InvalidDataException("The body ends within its gzip data, or is more than one member of it.");
        }
    }

    private static void ReadBrotli(ReadOnlySpan<byte> body, PooledBuffer output)
    {
        using var decoder = new BrotliDecoder();
        while (true)
        {
            var status = decoder.Decompress(body, output.GetSpan(), out var consumed, out var written);
            output.Advance(written);
            body = body[consumed..];
            switch (status)
            {
                case OperationStatus.Done when body.IsEmpty:
                    return;
                case OperationStatus.Done:
                    throw new InvalidDataException($"{body.Length:N0} bytes follow the end of the Brotli data.");
                case OperationStatus.NeedMoreData:
                    throw new InvalidDataException("The body ends within its Brotli data.");
                case OperationStatus.InvalidData:
                    throw new InvalidDataException("The body is no Brotli data.");
            }
        }
    }
}
