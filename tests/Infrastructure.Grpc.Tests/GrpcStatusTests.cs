using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Messaging.Grpc;

public sealed class GrpcStatusTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08\t\n", "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP %F0%9F%98%88%09%0A")]
    public void A_message_is_percent_encoded(string message, string wire)
    {
        Assert.Equal(wire, GrpcMessageText.Encode(message));
        Assert.Equal(message, GrpcMessageText.Decode(wire));
    }

    [Fact]
    public void Every_text_survives_and_is_printable_on_the_wire() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Texts.ToArbitrary(), static text =>
        {
            var wire = GrpcMessageText.Encode(text);
            var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return !wire.AsSpan().ContainsAnyExceptInRange(' ', '~') && string.Equals(GrpcMessageText.Decode(wire), whole, StringComparison.Ordinal);
        }));

    [Fact]
    public void A_message_is_cut_where_a_character_ends() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Texts.ToArbitrary(), static text =>
        {
            var wire = GrpcMessageText.Encode(text, 7);
            var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return wire.Length <= 7 && whole.StartsWith(GrpcMessageText.Decode(wire), StringComparison.Ordinal);
        }));

    [Theory]
    [InlineData("50% of", "50% of")]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz", "%zz")]
    [InlineData("a%2", "a%2")]
    [InlineData("%E2%98", "\ufffd")]
    [InlineData("%41", "A")]
    public void A_message_that_breaks_the_rules_is_kept(string wire, string message) => Assert.Equal(message, GrpcMessageText.Decode(wire));

    [Theory]
    [InlineData("0", true, StatusCode.OK)]
    [InlineData("16", true, StatusCode.Unauthenticated)]
    [InlineData("17", true, StatusCode.Unknown)]
    [InlineData("2147483647", true, StatusCode.Unknown)]
    [InlineData("-1", false, StatusCode.Unknown)]
    [InlineData("", false, StatusCode.Unknown)]
    [InlineData("99999999999", false, StatusCode.Unknown)]
    public void A_status_is_a_number(string wire, bool valid, StatusCode expected)
    {
        Assert.Equal(valid, GrpcStatus.TryParse(wire, out var status));
        Assert.Equal(expected, status);
    }

    [Fact]
    public void A_status_that_gRPC_lacks_is_sent_as_unknown()
    {
        Assert.Equal("13", GrpcStatus.Format(StatusCode.Internal));
        Assert.Equal("2", GrpcStatus.Format((StatusCode)99));
        Assert.Equal("2", GrpcStatus.Format((StatusCode)(-1)));
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(200, StatusCode.Unknown)]
    [InlineData(500, StatusCode.Unknown)]
    public void A_response_without_a_status_has_one_by_its_HTTP_status(int http, StatusCode expected) => Assert.Equal(expected, GrpcStatus.OfHttp(http));

    private static Gen<string> Texts =>
        Gen.OneOf(Gen.Choose(0, 127), Gen.Choose(0, 0xFFFF)).Select(static code => (char)code).ArrayOf().Select(static characters => new string(characters));
}
