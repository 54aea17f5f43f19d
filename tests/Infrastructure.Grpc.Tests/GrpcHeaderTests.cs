using FsCheck;
using FsCheck.Fluent;

namespace Messaging.Grpc;

public sealed class GrpcHeaderTests
{
    [Theory]
    [InlineData("application/grpc", GrpcProtocol.Http2, "application/x-protobuf")]
    [InlineData("application/grpc+proto", GrpcProtocol.Http2, "application/x-protobuf")]
    [InlineData("APPLICATION/GRPC+JSON; charset=utf-8", GrpcProtocol.Http2, "application/json")]
    [InlineData("application/grpc-web", GrpcProtocol.Web, "application/x-protobuf")]
    [InlineData("application/grpc-web+json", GrpcProtocol.Web, "application/json")]
    [InlineData("application/grpc-web-text+proto", GrpcProtocol.WebText, "application/x-protobuf")]
    [InlineData("application/grpc-web-text ;x=y", GrpcProtocol.WebText, "application/x-protobuf")]
    public void A_content_type_names_the_protocol_and_the_codec(string text, object protocol, string messages)
    {
        Assert.True(GrpcContentType.TryParse(text, out var type));
        Assert.Equal((GrpcProtocol)protocol, type.Protocol);
        Assert.Equal(messages, type.MessageType);
        Assert.True(GrpcContentType.TryParse(type.ToString(), out var again));
        Assert.Equal(type, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    [InlineData("application/grpc+thrift")]
    [InlineData("application/grpc+")]
    [InlineData("application/grpc-web-binary")]
    public void Another_content_type_is_none_of_gRPC(string? text) => Assert.False(GrpcContentType.TryParse(text, out _));

    [Fact]
    public void Bytes_survive_as_text_with_padding_and_without()
    {
        var bytes = Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(bytes.ToArbitrary(), static bytes =>
            GrpcBinaryValue.TryDecode(GrpcBinaryValue.Encode(bytes), out var plain)
            && plain.Single().AsSpan().SequenceEqual(bytes)
            && GrpcBinaryValue.TryDecode($"{Convert.ToBase64String(bytes)}, {GrpcBinaryValue.Encode(bytes)}", out var two)
            && two.Count == 2
            && two.All(value => value.AsSpan().SequenceEqual(bytes))));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab=")]
    [InlineData("abc*")]
    [InlineData("q6ur,a")]
    [InlineData("ab==cd==")]
    public void Text_that_is_no_base64_is_no_binary_value(string text) => Assert.False(GrpcBinaryValue.TryDecode(text, out _));

    [Theory]
    [InlineData("grpc-timeout", true)]
    [InlineData(":path", true)]
    [InlineData("te", true)]
    [InlineData("Content-Type", true)]
    [InlineData("sec-fetch-mode", true)]
    [InlineData("authorization", false)]
    [InlineData("x-request-id", false)]
    public void The_protocols_own_headers_are_no_metadata(string name, bool reserved) => Assert.Equal(reserved, GrpcMetadata.IsReserved(name));

    [Theory]
    [InlineData("x-a", "plain", true)]
    [InlineData("x-a", "\u00e9", false)]
    [InlineData("x-a", "a\nb", false)]
    [InlineData("x-a-bin", "q6ur", true)]
    [InlineData("x-a-bin", "no base64", false)]
    public void A_value_is_printable_or_base64(string name, string value, bool valid) => Assert.Equal(valid, GrpcMetadata.IsValue(name, value));
}
