using System.Text;
using Messaging.Buffers;
using Messaging.Protobuf.Shop;
using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Protobuf;

public sealed class ProtobufNullTests
{
    private static readonly PayloadSerializers _serializers = CreateSerializers();

    [Fact]
    public void Json_says_null_and_reads_past_a_byte_order_mark()
    {
        var codec = Find("application/json");
        var buffer = PooledBuffer.Rent(100);

        codec.Encode(null, buffer);

        Assert.Equal("null"u8, buffer.Written.Span);
        Assert.Null(codec.Decode("null"u8));
        Assert.Equal(new Number { Value = 3 }, codec.Decode([.. Encoding.UTF8.Preamble, .. """{"value":"3"}"""u8]));
        buffer.Return();
    }

    [Fact]
    public void Binary_can_not_say_null_and_does_not_make_an_empty_message_of_it()
    {
        var buffer = PooledBuffer.Rent(100);

        var failure = Assert.Throws<UnfitPayloadException>(() => Find("application/x-protobuf").Encode(null, buffer));

        Assert.Contains("shop.Number is null", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, buffer.Written.Length);
        buffer.Return();
    }

    private static PayloadCodec<Number?> Find(string contentType) =>
        _serializers.ChooseAll(new Operation<Number?, Number?>("shop.Shop", "Find", OperationKind.Call) { RequestMayBeNull = true, ReplyMayBeNull = true })
            .Single(codecs => string.Equals(codecs.ContentType, contentType, StringComparison.Ordinal)).Reply;

    private static PayloadSerializers CreateSerializers()
    {
        var services = new ServiceCollection();
        services.AddMessaging().UseProtobuf();
        return services.BuildServiceProvider().GetRequiredService<PayloadSerializers>();
    }
}
