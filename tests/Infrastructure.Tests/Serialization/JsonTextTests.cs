using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Messaging.Serialization;

public sealed class JsonTextTests
{
    private static readonly PayloadCodec<Note> _codec = new JsonPayloadSerializer(Options.Create(new JsonPayloadOptions())).GetCodec<Note>();

    [Fact]
    public void A_byte_order_mark_is_read_past() =>
        Assert.Equal(new Note("a"), _codec.Decode([.. Encoding.UTF8.Preamble, .. """{"text":"a"}"""u8]));

    [Fact]
    public void A_byte_order_mark_alone_is_no_json() =>
        Assert.Throws<JsonException>(() => _codec.Decode(Encoding.UTF8.Preamble));

    [Theory]
    [InlineData("utf-16", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", false)]
    [InlineData("utf-32BE", true)]
    public void Another_encoding_is_refused_with_what_to_send(string name, bool withMark)
    {
        var encoding = Encoding.GetEncoding(name);

        var failure = Assert.Throws<JsonException>(() => _codec.Decode([.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes("""{"text":"a"}""")]));

        Assert.Contains("send UTF-8", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", null)]
    [InlineData("application/json; charset=utf-8", null)]
    [InlineData("application/json;CHARSET=\"UTF-8\"", null)]
    [InlineData("application/json; version=1; charset=utf8 ", null)]
    [InlineData("application/json; charset=us-ascii", null)]
    [InlineData("application/json; charset=utf-16", "utf-16")]
    [InlineData("application/json; version=1;charset = ISO-8859-1", "ISO-8859-1")]
    [InlineData("application/json; charset=", "")]
    [InlineData("application/json; mycharset=utf-16;", null)]
    public void Only_a_charset_that_is_utf8_is_read(string contentType, string? refused)
    {
        Assert.Equal(refused, PayloadSerializers.FindOtherCharset("application/json", contentType));
        if (refused is null)
        {
            PayloadSerializers.Require("application/json", contentType);
        }
        else
        {
            Assert.Throws<NotSupportedException>(() => PayloadSerializers.Require("application/json", contentType));
        }
    }

    [Fact]
    public void Xml_says_its_charset_itself() => PayloadSerializers.Require("application/xml", "application/xml; charset=utf-16");

    private sealed record Note(string Text);
}
