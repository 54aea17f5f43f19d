using System.Text;
using Google.Protobuf;
using Messaging.Protobuf.Shop;

namespace Messaging.Protobuf;

/// <summary>Bodies that nobody should send: each fails its own call, with a status that says whose mistake it was.</summary>
public sealed class HostileBodyTests
{
    public static TheoryData<string, string> BadJson => new()
    {
        { "no JSON", "x" },
        { "empty", "" },
        { "null", "null" },
        { "an array", "[]" },
        { "a string", "\"x\"" },
        { "cut", """{"aString":"x" """ },
        { "more behind it", """{} {}""" },
        { "an unknown field", """{"surprise":1}""" },
        { "a repeated field", """{"anInt32":1,"anInt32":2}""" },
        { "both of a oneof", """{"text":"a","nested":{}}""" },
        { "a number out of range", """{"anInt32":2147483648}""" },
        { "a fraction", """{"anInt32":1.5}""" },
        { "a negative unsigned", """{"aUint32":-1}""" },
        { "an unknown enum", """{"colour":"COLOUR_MAUVE"}""" },
        { "bad base64", """{"someBytes":"%"}""" },
        { "a lone surrogate", """{"aString":"\ud800"}""" },
        { "an impossible time", """{"at":"2026-13-01T00:00:00Z"}""" },
        { "an unknown Any", """{"any":{"@type":"type.googleapis.com/shop.Unknown"}}""" },
        { "an Any without a type", """{"any":{"value":1}}""" },
        { "deep messages", Repeat("{\"nested\":", 5_000, "{}", "}") },
        { "deep arrays in a value", "{\"value\":" + Repeat("[", 100_000, "1", "]") + "}" },
        { "deep objects in a struct", "{\"fields\":" + Repeat("{\"a\":", 100_000, "1", "}") + "}" },
    };

    [Theory]
    [MemberData(nameof(BadJson))]
    public async Task Bad_json_is_the_callers_mistake(string mistake, string body)
    {
        Assert.NotEmpty(mistake);
        await using var application = await ShopApplication.StartAsync();

        await FailsAsync(application, "application/json", Encoding.UTF8.GetBytes(body));
    }

    [Fact]
    public async Task Invalid_utf8_is_the_callers_mistake()
    {
        await using var application = await ShopApplication.StartAsync();

        await FailsAsync(application, "application/json", [.. "{\"aString\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
    }

    [Fact]
    public async Task Unknown_json_fields_are_read_where_the_options_say_so()
    {
        await using var application = await ShopApplication.StartAsync(static options => options.IgnoreUnknownJsonFields = true);

        var reply = await application.SendAsync("Forget", "application/json", """{"surprise":{"deep":[1]},"value":"1"}"""u8.ToArray());

        Assert.Empty(reply);
    }

    [Fact]
    public async Task Deep_messages_are_refused_in_binary()
    {
        var deep = new Part();
        for (var depth = 0; depth < 5_000; depth++)
        {
            deep = new Part { Parts = { deep } };
        }

        await using var application = await ShopApplication.StartAsync();

        await FailsAsync(application, "application/x-protobuf", new Everything { Part = deep }.ToByteArray());
    }

    [Fact]
    public async Task Lying_lengths_and_random_bytes_are_answered()
    {
        await using var application = await ShopApplication.StartAsync();

        // The string of field 14 says that it is 2 GiB long; then a group that never ends; then a tag of zero.
        await FailsAsync(application, "application/x-protobuf", [0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x41]);
        await FailsAsync(application, "application/x-protobuf", [0xA3, 0x3F]);
        await FailsAsync(application, "application/x-protobuf", [0x00, 0x01]);
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            try
            {
                await application.SendAsync("Echo", "application/x-protobuf", bytes);
            }
            catch (RpcException exception)
            {
                Assert.Equal(StatusCode.InvalidArgument, exception.Status);
            }
        }
    }

    private static async Task FailsAsync(ShopApplication application, string contentType, byte[] body)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => application.SendAsync("Echo", contentType, body));
        Assert.Equal((StatusCode.InvalidArgument, FailureReason.Undecodable), (failure.Status, failure.Reason));

        var sample = new Everything { AString = "still served" };
        Assert.Equal(sample, await application.Shop.EchoAsync(sample, TestContext.Current.CancellationToken));
    }

    private static string Repeat(string open, int times, string middle, string close) =>
        string.Concat(Enumerable.Repeat(open, times)) + middle + string.Concat(Enumerable.Repeat(close, times));
}
