using System.IO.Compression;
using Messaging.Buffers;
using Messaging.Wire;

namespace Messaging.Compression;

public sealed class BodyCompressionTests
{
    private const int Limit = 1 << 20;

    public static TheoryData<string> Encodings => [ContentEncodings.Gzip, ContentEncodings.Brotli];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_body_of_any_size_comes_back(string encoding)
    {
        foreach (var size in new[] { 1, 17, 4096, 100_000, Limit })
        {
            var plain = Compressible(size);

            var body = Rent(plain);
            var chosen = BodyCompressor.Compress(ref body, new CompressionPlan(encoding, Always: true), Limit);
            var back = BodyDecompressor.Decompress(encoding, body.Written, Limit);

            Assert.Equal(encoding, chosen);
            Assert.True(back.Written.Span.SequenceEqual(plain));
            back.Return();
            body.Return();
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_body_one_byte_over_the_limit_is_too_large(string encoding)
    {
        var compressed = Compressed(encoding, Compressible(Limit + 1));

        Assert.Throws<PayloadTooLargeException>(() => BodyDecompressor.Decompress(encoding, compressed, Limit));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_bomb_costs_no_more_than_the_limit(string encoding)
    {
        var bomb = Compressed(encoding, new byte[64 * Limit]);
        Assert.Throws<PayloadTooLargeException>(() => BodyDecompressor.Decompress(encoding, bomb, Limit));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<PayloadTooLargeException>(() => BodyDecompressor.Decompress(encoding, bomb, Limit));

        // The limit once, rounded up by the pool, and what it grew from.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * Limit);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void No_cut_body_passes_for_a_whole_one(string encoding)
    {
        var whole = Compressed(encoding, Compressible(3000));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => BodyDecompressor.Decompress(encoding, whole.AsMemory(0, length), Limit));
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Random_bytes_give_a_typed_error_or_a_body(string encoding)
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            try
            {
                BodyDecompressor.Decompress(encoding, bytes, Limit).Return();
            }
            catch (Exception exception) when (exception is InvalidDataException or PayloadTooLargeException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void A_body_that_does_not_shrink_is_left_as_it_is()
    {
        var random = new byte[10_000];
        new Random(1).NextBytes(random);
        var body = Rent(random);

        Assert.Null(BodyCompressor.Compress(ref body, new CompressionPlan(ContentEncodings.Gzip), Limit));

        Assert.True(body.Written.Span.SequenceEqual(random));
        body.Return();
    }

    [Theory]
    [InlineData(99, null)]
    [InlineData(100, ContentEncodings.Gzip)]
    public void A_body_below_the_threshold_is_left_as_it_is(int size, string? expected)
    {
        var body = Rent(new byte[size]);

        Assert.Equal(expected, BodyCompressor.Compress(ref body, new CompressionPlan(ContentEncodings.Gzip, ThresholdBytes: 100), Limit));

        body.Return();
    }

    [Theory]
    [InlineData("gzip", ReplyCompression.Automatic, CompressionAlgorithm.None, null)]
    [InlineData("gzip", ReplyCompression.Automatic, CompressionAlgorithm.Gzip, "gzip")]
    [InlineData("gzip", ReplyCompression.Automatic, CompressionAlgorithm.Brotli, "gzip")]
    [InlineData("br , gzip", ReplyCompression.Automatic, CompressionAlgorithm.Brotli, "br")]
    [InlineData("gzip, br", ReplyCompression.Always, CompressionAlgorithm.None, "gzip")]
    [InlineData("br", ReplyCompression.Always, CompressionAlgorithm.Gzip, "br")]
    [InlineData("gzip;q=0, br;q=0.5", ReplyCompression.Always, CompressionAlgorithm.Gzip, "br")]
    [InlineData("gzip;q=0.000", ReplyCompression.Always, CompressionAlgorithm.Gzip, null)]
    [InlineData("zstd", ReplyCompression.Always, CompressionAlgorithm.Gzip, null)]
    [InlineData("", ReplyCompression.Always, CompressionAlgorithm.Gzip, null)]
    [InlineData("gzip", ReplyCompression.Never, CompressionAlgorithm.Gzip, null)]
    [InlineData(null, ReplyCompression.Always, CompressionAlgorithm.Gzip, null)]
    public void A_reply_is_compressed_as_its_caller_reads_it(string? accepted, ReplyCompression wanted, CompressionAlgorithm algorithm, string? expected)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.AcceptEncoding] = accepted };

        Assert.Equal(expected, CompressionPlan.OfReply(new CompressionOptions { Algorithm = algorithm }, wanted, headers).Encoding);
    }

    private static byte[] Compressible(int size) => [.. Enumerable.Range(0, size).Select(static at => (byte)(at / 7 % 251))];

    private static PooledBuffer Rent(byte[] plain)
    {
        var body = PooledBuffer.Rent(Limit);
        plain.CopyTo(body.GetSpan(plain.Length));
        body.Advance(plain.Length);
        return body;
    }

    private static byte[] Compressed(string encoding, byte[] plain)
    {
        using var output = new MemoryStream();
        using (Stream stream = string.Equals(encoding, ContentEncodings.Gzip, StringComparison.Ordinal)
            ? new GZipStream(output, CompressionLevel.Optimal)
            : new BrotliStream(output, CompressionLevel.Fastest))
        {
            stream.Write(plain);
        }

        return output.ToArray();
    }
}
