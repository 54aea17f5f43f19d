using System.Text.Json.Nodes;
using Messaging.Buffers;
using Microsoft.Extensions.Options;

namespace Messaging.Serialization;

public sealed class NullPayloadTests
{
    private static readonly PayloadSerializers _serializers = new([new JsonPayloadSerializer(Options.Create(new JsonPayloadOptions()))]);

    [Fact]
    public void A_null_passes_neither_way_where_the_contract_has_none()
    {
        var codecs = _serializers.Choose(new Operation<Note, Note>("notes", "Echo", OperationKind.Call));
        var buffer = PooledBuffer.Rent(100);

        Assert.Contains("takes none", Assert.Throws<UnfitPayloadException>(() => codecs.Request.Encode(null!, buffer)).Message, StringComparison.Ordinal);
        Assert.Contains("notes/Echo returned null", Assert.Throws<UnfitPayloadException>(() => codecs.Reply.Encode(null!, buffer)).Message, StringComparison.Ordinal);
        Assert.Throws<UnfitPayloadException>(() => codecs.Request.Decode("null"u8));
        Assert.Throws<UnfitPayloadException>(() => codecs.Reply.Decode(" null "u8));
        Assert.Equal(0, buffer.Written.Length);
        buffer.Return();
    }

    [Fact]
    public void A_null_passes_where_the_contract_has_one()
    {
        var codecs = _serializers.Choose(new Operation<Note?, Note?>("notes", "Echo", OperationKind.Call) { RequestMayBeNull = true, ReplyMayBeNull = true });
        var buffer = PooledBuffer.Rent(100);

        codecs.Request.Encode(null, buffer);

        Assert.Equal("null"u8, buffer.Written.Span);
        Assert.Null(codecs.Request.Decode("null"u8));
        Assert.Null(codecs.Reply.Decode("null"u8));
        buffer.Return();
    }

    [Fact]
    public void A_nullable_value_says_by_its_type_that_it_may_be_null()
    {
        var codecs = _serializers.Choose(new Operation<int?, int?>("notes", "Count", OperationKind.Call));

        Assert.Null(codecs.Reply.Decode("null"u8));
        Assert.Equal(3, codecs.Request.Decode("3"u8));
    }

    [Theory]
    [InlineData("""{"type":"object"}""", """{"type":["object","null"]}""")]
    [InlineData("""{"type":["string","null"]}""", """{"type":["string","null"]}""")]
    [InlineData("""{"type":["string","integer"]}""", """{"type":["string","integer","null"]}""")]
    [InlineData("""{"anyOf":[{"type":"object"}]}""", """{"anyOf":[{"type":"object"},{"type":"null"}]}""")]
    [InlineData("true", "true")]
    public void A_schema_says_that_null_is_one_of_the_values(string schema, string expected) =>
        Assert.Equal(expected, NullableSchema.Of(JsonNode.Parse(schema))!.ToJsonString());

    [Fact]
    public void A_description_says_what_may_be_null()
    {
        var description = _serializers.Describe(new Operation<Note, Note>("notes", "Find", OperationKind.Call) { ReplyMayBeNull = true });

        Assert.Equal("object", (string?)description.Request!["type"]);
        Assert.Equal("""["object","null"]""", description.Reply!["type"]!.ToJsonString());
    }

    private sealed record Note(string Text);
}
