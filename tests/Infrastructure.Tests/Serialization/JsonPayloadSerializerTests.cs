using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Messaging.Buffers;
using Microsoft.Extensions.Options;

namespace Messaging.Serialization;

public sealed class JsonPayloadSerializerTests
{
    private static readonly JsonPayloadSerializer _serializer = new(Options.Create(new JsonPayloadOptions()));

    [Fact]
    public void Values_travel_in_camel_case()
    {
        var buffer = PooledBuffer.Rent(1000);
        _serializer.GetCodec<Thing>().Encode(new Thing("a", 1), buffer);

        Assert.Equal("""{"name":"a","count":1}""", Encoding.UTF8.GetString(buffer.Written.Span));
        Assert.Equal(new Thing("a", 1), _serializer.GetCodec<Thing>().Decode(buffer.Written.Span));
        buffer.Return();
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":null,"count":1}""")]
    [InlineData("""{"name":"a","count":1,"count":2}""")]
    [InlineData("""{"name":"a","count":1} x""")]
    [InlineData("")]
    public void What_the_contract_does_not_allow_is_refused(string json) =>
        Assert.Throws<JsonException>(() => _serializer.GetCodec<Thing>().Decode(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<JsonException>(() => _serializer.GetCodec<JsonElement>().Decode(Encoding.UTF8.GetBytes(new string('[', 100) + new string(']', 100))));

    [Fact]
    public void A_payload_over_the_limit_is_stopped_while_it_is_written()
    {
        var buffer = PooledBuffer.Rent(1000);

        Assert.Throws<PayloadTooLargeException>(() => _serializer.GetCodec<Thing>().Encode(new Thing(new string('x', 100_000), 1), buffer));
        buffer.Return();
    }

    [Fact]
    public void A_failed_write_leaves_nothing_behind_for_the_next()
    {
        var failing = PooledBuffer.Rent(10);
        Assert.Throws<PayloadTooLargeException>(() => _serializer.GetCodec<Thing>().Encode(new Thing("too long for ten bytes", 1), failing));
        failing.Return();
        var buffer = PooledBuffer.Rent(1000);

        _serializer.GetCodec<Thing>().Encode(new Thing("b", 2), buffer);

        Assert.Equal("""{"name":"b","count":2}""", Encoding.UTF8.GetString(buffer.Written.Span));
        buffer.Return();
    }

    [Fact]
    public void A_type_without_metadata_is_named_with_the_call_to_make()
    {
        var options = new JsonPayloadOptions();
        options.SerializerOptions.TypeInfoResolver = JsonTypeInfoResolver.Combine();
        options.SerializerOptions.MakeReadOnly();
        var serializer = new JsonPayloadSerializer(Options.Create(options));

        var failure = Assert.Throws<InvalidOperationException>(() => serializer.GetCodec<Thing>());

        Assert.Contains("UseJson(", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON; charset=utf-8", true)]
    [InlineData("application/json ;x", true)]
    [InlineData("application/jsonp", false)]
    [InlineData("", false)]
    public void Content_types_match_parameters_aside(string contentType, bool matches) =>
        Assert.Equal(matches, PayloadSerializers.Matches("application/json", contentType));

    private sealed record Thing(string Name, int Count);
}
