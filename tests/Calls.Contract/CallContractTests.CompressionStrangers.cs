using System.Text;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <summary>Compressed bodies that no code of ours wrote.</summary>
public abstract partial class CallContractTests
{
    // Over every transport's limit when it is decompressed.
    private static readonly Lazy<byte[]> _bomb = new(static () => Gzip(new byte[160 * 1024 * 1024]));
    private static readonly Lazy<byte[]> _brotliBomb = new(static () => Brotli(new byte[160 * 1024 * 1024]));

    public static TheoryData<string, string, string> BadBodies => new()
    {
        { "unknown encoding", "zstd", "3" },
        { "two encodings", "gzip, br", "3" },
        { "no gzip", "gzip", "3" },
        { "no Brotli", "br", "3" },
        { "cut gzip", "gzip", "3" },
        { "cut Brotli", "br", "3" },
        { "empty gzip", "gzip", "3" },
        { "bomb", "gzip", "8" },
        { "Brotli bomb", "br", "8" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_body_that_can_not_be_decompressed_fails_its_own_call(string mistake, string encoding, string status)
    {
        var plain = """{"left":2,"right":3}"""u8.ToArray();
        var body = mistake switch
        {
            "cut gzip" => Gzip(plain)[..^9],
            "cut Brotli" => Brotli(plain)[..^3],
            "empty gzip" => [],
            "bomb" => _bomb.Value,
            "Brotli bomb" => _brotliBomb.Value,
            _ => plain,
        };
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", Stranger(body, encoding));

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal(("fault", status), (reply.Type, reply.Headers!["status"]!.ToString()));
        Assert.Equal(5, (await SoonAsync(calc.AddAsync(new Addends(2, 3), Token))).Value);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task A_stranger_may_compress_a_plain_message(string encoding)
    {
        var plain = """{"left":2,"right":3}"""u8.ToArray();
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", Stranger(encoding switch { "identity" => plain, "br" => Brotli(plain), _ => Gzip(plain) }, encoding));

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal("""{"value":5}""", Encoding.UTF8.GetString(reply.Body.Span));
    }

    [Fact]
    public async Task A_reply_that_is_a_bomb_fails_its_own_call()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();

        var call = calc.AddAsync(new Addends(1, 1), Token);
        var request = await SoonAsync(Harness.TakeAsync("calc", Token));
        await Harness.PublishRawAsync(request.ReplyTo!, new InboundMessage
        {
            Type = "reply",
            ContentType = "application/json",
            CorrelationId = request.CorrelationId,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["content-encoding"] = "gzip" },
            Body = _bomb.Value,
        });

        var failure = await FailsAsync(call);
        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge, true), (failure.Status, failure.Reason, failure.MayHaveRun));
    }

    [Fact]
    public async Task An_item_that_is_a_bomb_ends_its_own_stream()
    {
        await StartWorkerAsync();
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var calc = host.Services.GetRequiredService<ICalc>();
        var operation = new Operation<Serialization.RawPayload, Serialization.RawPayload>("calc", "Total", OperationKind.RequestStream) { ContentType = "application/json" };

        var failure = await FailsAsync(host.Services.GetRequiredService<IOperationInvoker>().UploadAsync(operation, ItemsAsync(), options: null, Token));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge), (failure.Status, failure.Reason));
        Assert.Equal(5, (await SoonAsync(calc.AddAsync(new Addends(2, 3), Token))).Value);

        static async IAsyncEnumerable<Serialization.RawPayload> ItemsAsync()
        {
            yield return new Serialization.RawPayload("""{"value":1}"""u8.ToArray());
            yield return new Serialization.RawPayload(_bomb.Value, "gzip");
        }
    }

    [Fact]
    public async Task A_command_that_is_a_bomb_is_dead_lettered_as_it_is()
    {
        await StartWorkerAsync();
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var dead = host.Services.GetRequiredService<IDeadLetters>();

        await Harness.PublishRawAsync("calc.commands", Stranger(_bomb.Value, "gzip") with { Type = "Record", MessageId = "bomb" });

        IReadOnlyList<DeadLetter> letters;
        while ((letters = await SoonAsync(dead.ListAsync("calc", 10, Token))).Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        var letter = Assert.Single(letters);
        Assert.Equal(("gzip", _bomb.Value.Length), (letter.ContentEncoding, letter.Body.Length));
        Assert.Contains("too large when it is decompressed", letter.Reason, StringComparison.Ordinal);
    }

    private static InboundMessage Stranger(byte[] body, string encoding) => new()
    {
        Type = "Add",
        ContentType = "application/json",
        CorrelationId = "mine",
        ReplyTo = OwnReplyQueue,
        Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["content-encoding"] = encoding },
        Body = body,
    };
}
