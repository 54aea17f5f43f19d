using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Protobuf.Shop;

namespace Messaging.Protobuf;

public sealed class DescriptionTests
{
    [Fact]
    public async Task A_worker_describes_its_messages_to_who_lacks_the_contract()
    {
        await using var application = await ShopApplication.StartAsync();

        var echo = (await application.DescribeAsync()).Operations.Single(static operation => operation.Name is "Echo");

        Assert.Equal(["application/x-protobuf", "application/json"], echo.ContentTypes);
        Assert.Equal(("shop.Everything", "shop.Everything"), (echo.RequestMessage, echo.ReplyMessage));
        Assert.Equal("shop.Everything", (string?)echo.Request!["title"]);

        // Whoever reads the files builds the descriptors again, the imported ones first.
        var files = FileDescriptor.BuildFromByteStrings(echo.Files.Take(7).Select(static file => ByteString.CopyFrom(file.Span)));
        Assert.Equal("shop.proto", files[^1].Name);
        Assert.Contains(files, static file => file.Name is "parts.proto");
    }

    [Fact]
    public async Task Other_operations_are_described_as_before()
    {
        await using var application = await ShopApplication.StartAsync();

        var operations = (await application.DescribeAsync()).Operations;

        var plain = operations.Single(static operation => operation.Name is "Plain");
        Assert.Equal(["application/json"], plain.ContentTypes);
        Assert.NotNull(plain.Request);
        Assert.Null(plain.RequestMessage);
        Assert.Equal("google.protobuf.Empty", operations.Single(static operation => operation.Name is "Touch").ReplyMessage);
        Assert.Null(operations.Single(static operation => operation.Name is "Forget").ReplyMessage);
    }

    [Fact]
    public void A_schema_tells_every_field_type()
    {
        var schema = ProtobufJsonSchema.Of(Everything.Descriptor, closed: true);

        AssertField("""{"anyOf":[{"type":"number","format":"double"},{"enum":["NaN","Infinity","-Infinity"]}]}""", "aDouble");
        AssertField("""{"anyOf":[{"type":"number","format":"float"},{"enum":["NaN","Infinity","-Infinity"]}]}""", "aFloat");
        foreach (var field in new[] { "anInt32", "aSint32", "aSfixed32" })
        {
            AssertField("""{"type":"integer","format":"int32"}""", field);
        }

        foreach (var field in new[] { "anInt64", "aSint64", "aSfixed64" })
        {
            AssertField("""{"type":["string","integer"],"format":"int64","pattern":"^-?[0-9]+$"}""", field);
        }

        foreach (var field in new[] { "aUint32", "aFixed32" })
        {
            AssertField("""{"type":"integer","format":"uint32","minimum":0}""", field);
        }

        foreach (var field in new[] { "aUint64", "aFixed64" })
        {
            AssertField("""{"type":["string","integer"],"format":"uint64","pattern":"^[0-9]+$"}""", field);
        }

        AssertField("""{"type":"boolean"}""", "aBool");
        AssertField("""{"type":"string"}""", "aString");
        AssertField("""{"type":"string"}""", "maybe");
        AssertField("""{"type":"string","contentEncoding":"base64"}""", "someBytes");
        AssertField("""{"title":"shop.Colour","enum":["COLOUR_NONE","COLOUR_RED"]}""", "colour");
        AssertField("""{"$ref":"#/$defs/shop.Part"}""", "part");
        AssertField("""{"type":"array","items":{"$ref":"#/$defs/shop.Part"}}""", "parts");
        AssertField("""{"type":"array","items":{"type":"integer","format":"int32"}}""", "numbers");
        AssertField("""{"type":"object","additionalProperties":{"$ref":"#/$defs/shop.Part"}}""", "partsByName");
        AssertField("""{"type":"object","additionalProperties":{"type":"string"}}""", "names");
        AssertField("""{"$ref":"#"}""", "nested");
        AssertField("""{"type":"string","format":"date-time"}""", "at");
        AssertField("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "wrapped");
        AssertField("""{"type":"object"}""", "fields");
        AssertField("{}", "value");
        AssertField("""{"$ref":"#/$defs/shop.Everything.Inner"}""", "inner");
        AssertSame("""{"required":["text"]}""", schema["allOf"]![0]!["oneOf"]![0]!);
        AssertSame("""{"title":"shop.Part","type":"object","properties":{"name":{"type":"string"},"parts":{"type":"array","items":{"$ref":"#/$defs/shop.Part"}}},"additionalProperties":false}""", schema["$defs"]!["shop.Part"]!);
        Assert.Single(schema["allOf"]!.AsArray());

        void AssertField(string expected, string name) => AssertSame(expected, schema["properties"]![name]!);

        static void AssertSame(string expected, JsonNode actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
    }
}
