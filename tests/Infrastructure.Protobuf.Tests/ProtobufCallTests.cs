using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Messaging.Protobuf.Shop;

namespace Messaging.Protobuf;

public sealed class ProtobufCallTests
{
    private const string Binary = "application/x-protobuf";
    private const string Json = "application/json";

    // Field 99, a number.
    private static readonly byte[] _unknownField = [0x98, 0x06, 0x07];

    [Fact]
    public async Task A_message_with_every_field_comes_back_from_the_handler()
    {
        await using var application = await ShopApplication.StartAsync();
        var message = Samples.Everything();

        Assert.Equal(message, await application.Shop.EchoAsync(message, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_worker_serves_binary_and_json_of_one_operation()
    {
        await using var application = await ShopApplication.StartAsync(static options => options.Add(ShopReflection.Descriptor));
        var message = Samples.Everything();
        var formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(Samples.Registry));

        var binary = await application.SendAsync("Echo", Binary, message.ToByteArray());
        var json = await application.SendAsync("Echo", Json, Encoding.UTF8.GetBytes(formatter.Format(message)));

        Assert.Equal(message, Everything.Parser.ParseFrom(binary));
        Assert.Equal(formatter.Format(message), Encoding.UTF8.GetString(json));
    }

    [Fact]
    public async Task Unknown_fields_survive_the_handler_in_binary()
    {
        await using var application = await ShopApplication.StartAsync();
        byte[] newer = [.. new Everything { AString = "x" }.ToByteArray(), .. _unknownField];

        Assert.Equal(newer, await application.SendAsync("Echo", Binary, newer));
    }

    [Fact]
    public async Task Empty_is_a_message_like_any_other()
    {
        await using var application = await ShopApplication.StartAsync();

        Assert.Equal(new Empty(), await application.Shop.TouchAsync(new Empty(), TestContext.Current.CancellationToken));
        Assert.Equal("{ }", Encoding.UTF8.GetString(await application.SendAsync("Touch", Json, "{}"u8.ToArray())));
        Assert.Empty(await application.SendAsync("Touch", Binary, []));
    }

    [Fact]
    public async Task A_method_without_a_reply_answers_with_an_empty_body()
    {
        await using var application = await ShopApplication.StartAsync();

        await application.Shop.ForgetAsync(new Number { Value = 1 }, TestContext.Current.CancellationToken);

        Assert.Empty(await application.SendAsync("Forget", Json, """{"value":"1"}"""u8.ToArray()));
    }

    [Fact]
    public async Task Messages_stream_both_ways()
    {
        await using var application = await ShopApplication.StartAsync();
        var token = TestContext.Current.CancellationToken;

        var counted = await application.Shop.CountAsync(new Count { From = 1, To = 500 }, token).Select(static number => number.Value).ToListAsync(token);
        var total = await application.Shop.TotalAsync(Numbers(), token);
        var doubled = await application.Shop.DoubleAsync(Numbers(), token).Select(static number => number.Value).ToListAsync(token);

        Assert.Equal(Enumerable.Range(1, 500).Select(static value => (long)value), counted);
        Assert.Equal(5050, total.Value);
        Assert.Equal(Enumerable.Range(1, 100).Select(static value => 2L * value), doubled);

        static async IAsyncEnumerable<Number> Numbers()
        {
            for (var value = 1; value <= 100; value++)
            {
                yield return new Number { Value = value };
            }
        }
    }

    [Fact]
    public async Task A_command_is_a_message_too()
    {
        await using var application = await ShopApplication.StartAsync();

        await application.Shop.KeepAsync(new Number { Value = long.MaxValue }, TestContext.Current.CancellationToken);

        Assert.Equal(long.MaxValue, await application.Kept.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Other_types_stay_json_beside_messages()
    {
        await using var application = await ShopApplication.StartAsync();

        Assert.Equal(7, (await application.Shop.PlainAsync(new PlainRequest(7), TestContext.Current.CancellationToken)).Value);
        var failure = await Assert.ThrowsAsync<RpcException>(() => application.SendAsync("Plain", Binary, []));
        Assert.Equal(StatusCode.InvalidArgument, failure.Status);
    }
}
