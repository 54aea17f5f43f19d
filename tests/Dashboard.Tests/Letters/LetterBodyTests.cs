using System.IO.Compression;
using System.Text;
using Messaging.Letters;

namespace Messaging.Dashboard.Tests.Letters;

public sealed class LetterBodyTests
{
    private static DeadLetter Letter(byte[] body, string? encoding = null) => new()
    {
        Service = "shop",
        Queue = "shop.commands",
        Body = body,
        ContentEncoding = encoding,
        Headers = new Dictionary<string, string>(),
        Reason = "handler failed",
    };

    [Fact]
    public void Text_is_shown_whole_and_can_be_edited()
    {
        var body = LetterBody.Read(Letter("""{"a":"é"}"""u8.ToArray()), 1024);

        Assert.Equal("""{"a":"é"}""", body.Text);
        Assert.True(body.IsEditable);
        Assert.Null(body.Note);
    }

    [Fact]
    public void A_compressed_body_is_shown_decompressed()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write("""{"a":1}"""u8);
        }

        var body = LetterBody.Read(Letter(compressed.ToArray(), "gzip"), 1024);

        Assert.Equal("""{"a":1}""", body.Text);
        Assert.True(body.IsEditable);
        Assert.Contains("gzip", body.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_shown_as_the_bytes_that_it_is()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(new byte[10_000_000]);
        }

        var body = LetterBody.Read(Letter(compressed.ToArray(), "gzip"), 1024);

        Assert.False(body.IsEditable);
        Assert.Contains("larger than 1,024 bytes", body.Note, StringComparison.Ordinal);
        Assert.True(body.Text.Length < 16_000);
    }

    [Theory]
    [InlineData("gzip", "is not")]
    [InlineData("br", "is not")]
    [InlineData("zstd", "is not read here")]
    public void A_body_that_is_not_what_its_encoding_says_is_shown_as_bytes(string encoding, string note)
    {
        var body = LetterBody.Read(Letter("plain text"u8.ToArray(), encoding), 1024);

        Assert.StartsWith("0000  70 6c 61 69 6e 20 74 65 78 74", body.Text, StringComparison.Ordinal);
        Assert.False(body.IsEditable);
        Assert.Contains(note, body.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_bytes()
    {
        var body = LetterBody.Read(Letter([0xff, 0xfe, 0x00, 0x41]), 1024);

        Assert.StartsWith("0000  ff fe 00 41", body.Text, StringComparison.Ordinal);
        Assert.Contains("···A", body.Text, StringComparison.Ordinal);
        Assert.False(body.IsText);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("😀")]
    public void What_is_too_large_is_shown_up_to_a_whole_character(string character)
    {
        for (var max = 1024; max < 1030; max++)
        {
            var body = LetterBody.Read(Letter(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(character, 2000)))), max);

            Assert.True(body.IsText, $"{max}");
            Assert.False(body.IsEditable);
            Assert.InRange(Encoding.UTF8.GetByteCount(body.Text), max - 4, max);
            Assert.DoesNotContain('\ufffd', body.Text);
        }
    }

    [Fact]
    public void Letters_that_differ_in_anything_have_other_keys()
    {
        var letter = Letter("{}"u8.ToArray());
        DeadLetter[] others =
        [
            letter with { MessageId = "1" }, letter with { MessageId = "" }, letter with { Method = "1" }, letter with { Body = "[]"u8.ToArray() }, letter with { History = ["once"] },
            letter with { LastFailure = DateTimeOffset.UnixEpoch }, letter with { Headers = new Dictionary<string, string> { ["a"] = "b" } }, letter with { Reason = "rejected" },
        ];

        Assert.Equal(LetterKey.Of(letter), LetterKey.Of(Letter("{}"u8.ToArray())));
        Assert.Equal(others.Length + 1, others.Append(letter).Select(LetterKey.Of).Distinct(StringComparer.Ordinal).Count());
    }
}
