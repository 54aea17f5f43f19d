using System.Globalization;
using System.Text;
using Messaging.Transport;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    private static readonly byte[] _oneToNine = Encoding.UTF8.GetBytes("""{"left":1,"right":9}""");

    [Fact]
    public async Task A_stranger_reads_a_stream_message_by_message()
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync("messaging.reply.stranger");

        // One more than come: a worker looks for the next item, or the end, when it may send it.
        await Harness.PublishRawAsync("calc", Opening(items: 10));

        var address = await NextOfStreamAsync("open", expectedSequence: 0);
        Assert.StartsWith("messaging.worker.", Text(address, "stream-address"), StringComparison.Ordinal);
        for (var number = 1; number <= 9; number++)
        {
            var item = await NextOfStreamAsync("item", number);
            Assert.Equal($$"""{"value":{{number}}}""", Encoding.UTF8.GetString(item.Body.Span));
        }

        await NextOfStreamAsync("end", expectedSequence: 9);
    }

    [Fact]
    public async Task A_stranger_gets_no_more_than_it_lets_come()
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync("messaging.reply.stranger");
        await Harness.PublishRawAsync("calc", Opening(items: 2));
        var opened = await NextOfStreamAsync("open", expectedSequence: 0);
        await NextOfStreamAsync("item", expectedSequence: 1);
        await NextOfStreamAsync("item", expectedSequence: 2);

        // Eight bytes for the items, eight for theirs, and what is no credit at all.
        await Harness.PublishRawAsync(Text(opened, "stream-address"), Credit("nonsense"u8.ToArray()));
        await Harness.PublishRawAsync(Text(opened, "stream-address"), Credit([0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 16, 0]));

        await NextOfStreamAsync("item", expectedSequence: 3);
    }

    [Fact]
    public async Task Who_does_not_say_that_he_reads_streams_is_told_how()
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync("messaging.reply.stranger");

        await Harness.PublishRawAsync("calc", Opening(items: 9) with { Headers = null });

        var refusal = await SoonAsync(Harness.TakeAsync("messaging.reply.stranger", Token));
        Assert.Equal("fault", refusal.Type);
        Assert.Equal(((int)StatusCode.InvalidArgument).ToString(CultureInfo.InvariantCulture), Text(refusal, "status"));
        Assert.Contains("'stream' = 1", Text(refusal, "detail"), StringComparison.Ordinal);
    }

    private static InboundMessage Opening(int items) => new()
    {
        Type = "Count",
        ContentType = "application/json",
        CorrelationId = "0123456789abcdef0123456789abcdef",
        ReplyTo = "messaging.reply.stranger",
        Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["stream"] = 1,
            ["window-items"] = items,
            ["window-bytes"] = 100_000,
        },
        Body = _oneToNine,
    };

    private static InboundMessage Credit(byte[] body) => new() { Type = "credit", CorrelationId = "0123456789abcdef0123456789abcdef", Body = body };

    private static string Text(InboundMessage message, string header) =>
        message.Headers![header] switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    /// <summary>The next message of the stream besides signs of life.</summary>
    private async Task<InboundMessage> NextOfStreamAsync(string type, int expectedSequence)
    {
        InboundMessage message;
        do
        {
            message = await SoonAsync(Harness.TakeAsync("messaging.reply.stranger", Token));
        }
        while (string.Equals(message.Type, "alive", StringComparison.Ordinal));

        Assert.Equal((type, expectedSequence.ToString(CultureInfo.InvariantCulture)), (message.Type, Text(message, "sequence")));
        return message;
    }
}
