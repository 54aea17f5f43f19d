using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using Messaging.Calls.Contract.Tapping;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <summary>Bodies that are compressed across the broker.</summary>
public abstract partial class CallContractTests
{
    private const int ManyBytes = 200_000;

    [Theory]
    [InlineData(CompressionAlgorithm.Gzip, "gzip")]
    [InlineData(CompressionAlgorithm.Brotli, "br")]
    public async Task Large_requests_and_replies_are_compressed(CompressionAlgorithm algorithm, string encoding)
    {
        var tap = new MessageTap();
        await StartWorkerAsync(configure: options => options.Compression = Everything(algorithm));
        var calc = await StartCompressingRequesterAsync(algorithm, tap);

        var filled = await SoonAsync(calc.FillAsync(new Addends(ManyBytes, 0), Token));

        Assert.Equal(ManyBytes, filled.Length);
        var reply = Assert.Single(tap.Replies);
        Assert.Equal(encoding, Text(reply.Headers, "content-encoding"));
        Assert.InRange(reply.Frames[0].Body.Length, 1, ManyBytes / 10);
    }

    [Fact]
    public async Task Compressed_replies_share_messages()
    {
        const int Calls = 300;
        await StartWorkerAsync(configure: options => options.Compression = Everything(CompressionAlgorithm.Gzip));
        var calc = await StartCompressingRequesterAsync(CompressionAlgorithm.Gzip, new MessageTap());

        var replies = await SoonAsync(Task.WhenAll(Enumerable.Range(0, Calls).Select(call => calc.FillAsync(new Addends(5_000 + call, 0), Token))));

        Assert.Equal(Enumerable.Range(5_000, Calls), replies.Select(static reply => reply.Length));
    }

    [Fact]
    public async Task Nothing_is_compressed_for_who_did_not_ask()
    {
        var tap = new MessageTap();
        await StartWorkerAsync(
            new CalcScript
            {
                Add = static (request, _) =>
                {
                    CallContext.Current!.ReplyCompression = ReplyCompression.Always;
                    return Task.FromResult(new Sum(request.Left));
                },
            },
            options => options.Compression = Everything(CompressionAlgorithm.Gzip));
        var host = await StartHostAsync(builder =>
        {
            builder.AddRequester<ICalc>();
            tap.Install(builder);
        });
        var calc = host.Services.GetRequiredService<ICalc>();

        await SoonAsync(calc.AddAsync(new Addends(1, 1), Token));
        await SoonAsync(calc.FillAsync(new Addends(ManyBytes, 0), Token));

        Assert.All(tap.Requests.Concat(tap.Replies), static message => Assert.Null(Text(message.Headers, "content-encoding")));
        Assert.All(tap.Requests, static message => Assert.Equal(["sent-us"], message.Headers!.Keys));
    }

    [Theory]
    [InlineData(ReplyCompression.Always, "gzip")]
    [InlineData(ReplyCompression.Never, null)]
    public async Task A_handler_decides_whether_its_reply_is_compressed(ReplyCompression wanted, string? encoding)
    {
        var tap = new MessageTap();
        await StartWorkerAsync(new CalcScript
        {
            Add = (request, _) =>
            {
                CallContext.Current!.ReplyCompression = wanted;
                return Task.FromResult(new Sum(request.Left));
            },
        });
        var calc = await StartCompressingRequesterAsync(CompressionAlgorithm.Brotli, tap, threshold: 1_000_000);

        var sum = await SoonAsync(calc.AddAsync(new Addends(42, 0), Token));

        Assert.Equal(42, sum.Value);
        Assert.Equal(encoding, Text(Assert.Single(tap.Replies).Headers, "content-encoding"));
    }

    [Theory]
    [InlineData(CompressionAlgorithm.Gzip)]
    [InlineData(CompressionAlgorithm.Brotli)]
    public async Task Items_of_streams_are_compressed_both_ways(CompressionAlgorithm algorithm)
    {
        await StartWorkerAsync(configure: options =>
        {
            options.Compression = Everything(algorithm);
            options.Stream.WindowItems = 8;
        });
        var calc = await StartCompressingRequesterAsync(algorithm, new MessageTap());

        await SoonAsync(calc.DrinkAsync(Drinks(), Token));
        var sizes = new List<int>();
        await foreach (var item in calc.PourAsync(new Addends(60, 50_000), Token))
        {
            sizes.Add(item.Length);
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(static item => item % 3 == 0 ? 50_000 : item), sizes);

        static async IAsyncEnumerable<byte[]> Drinks()
        {
            for (var size = 0; size < 40_000; size += 1000)
            {
                yield return new byte[size];
            }
        }
    }

    [Fact]
    public async Task A_handler_decides_item_by_item_and_sees_how_each_came()
    {
        var came = new List<string?>();
        var tap = new MessageTap();
        await StartWorkerAsync(new CalcScript { Echo = (items, token) => EchoAsync(items, came, token) });
        var host = await StartHostAsync(builder =>
        {
            builder.AddRequester<ICalc>();
            tap.Install(builder);
        });
        var invoker = host.Services.GetRequiredService<IOperationInvoker>();

        var replies = await SoonAsync(ReadRawAsync(invoker.ExchangeAsync(
            new Operation<Serialization.RawPayload, Serialization.RawPayload>("calc", "Echo", OperationKind.DuplexStream) { ContentType = "application/json" },
            ItemsAsync(),
            new CallOptions { AcceptEncoding = "gzip" },
            Token)));

        Assert.Equal([null, "gzip", "br", null], came);
        Assert.Equal([null, "gzip", null, "gzip"], replies.Select(static reply => reply.Encoding));
        Assert.Equal(
            ["""{"value":1}""", """{"value":2}""", """{"value":3}""", """{"value":4}"""],
            replies.Select(static reply => Encoding.UTF8.GetString(reply.Encoding is null ? reply.Body.ToArray() : Gunzip(reply.Body.ToArray()))));

        static async IAsyncEnumerable<Serialization.RawPayload> ItemsAsync()
        {
            yield return new Serialization.RawPayload("""{"value":1}"""u8.ToArray());
            yield return new Serialization.RawPayload(Gzip("""{"value":2}"""u8.ToArray()), "gzip");
            yield return new Serialization.RawPayload(Brotli("""{"value":3}"""u8.ToArray()), "br");
            yield return new Serialization.RawPayload("""{"value":4}"""u8.ToArray());
        }

        static async IAsyncEnumerable<Sum> EchoAsync(IAsyncEnumerable<Sum> items, List<string?> came, [EnumeratorCancellation] CancellationToken token)
        {
            var context = CallContext.Current!;
            await foreach (var item in items.WithCancellation(token))
            {
                came.Add(context.RequestEncoding);
                context.ReplyCompression = item.Value % 2 == 0 ? ReplyCompression.Always : ReplyCompression.Never;
                yield return item;
            }
        }
    }

    [Fact]
    public async Task A_forwarded_body_stays_compressed_both_ways()
    {
        string? came = null;
        await StartWorkerAsync(new CalcScript
        {
            Add = (request, _) =>
            {
                came = CallContext.Current!.RequestEncoding;
                CallContext.Current.ReplyCompression = ReplyCompression.Always;
                return Task.FromResult(new Sum(request.Left + request.Right));
            },
        });
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var invoker = host.Services.GetRequiredService<IOperationInvoker>();
        var operation = new Operation<Serialization.RawPayload, Serialization.RawPayload>("calc", "Add", OperationKind.Call) { ContentType = "application/json" };
        var body = new Serialization.RawPayload(Gzip("""{"left":2,"right":3}"""u8.ToArray()), "gzip");

        var reply = await SoonAsync(invoker.CallAsync(operation, body, new CallOptions { AcceptEncoding = "gzip" }, Token));
        var onlyBrotli = await SoonAsync(invoker.CallAsync(operation, body, new CallOptions { AcceptEncoding = "gzip;q=0, br" }, Token));
        var plain = await SoonAsync(invoker.CallAsync(operation, body, options: null, Token));

        Assert.Equal("gzip", came);
        Assert.Equal(("gzip", """{"value":5}"""), (reply.Encoding, Encoding.UTF8.GetString(Gunzip(reply.Body.ToArray()))));
        Assert.Equal("br", onlyBrotli.Encoding);
        Assert.Equal((null, """{"value":5}"""), (plain.Encoding, Encoding.UTF8.GetString(plain.Body.Span)));
    }

    [Fact]
    public async Task A_compressed_command_stays_so_through_retry_dead_letter_and_replay()
    {
        var text = new string('x', ManyBytes);
        var attempts = 0;
        var done = new TaskCompletionSource<(string Text, string? Encoding)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartWorkerAsync(
            new CalcScript
            {
                Record = (note, _) =>
                {
                    if (Interlocked.Increment(ref attempts) <= 2)
                    {
                        throw new InvalidOperationException("Not yet.");
                    }

                    done.SetResult((note.Text, CallContext.Current!.RequestEncoding));
                    return Task.CompletedTask;
                },
            },
            options => options.CommandRetry = new CommandRetryOptions { MaxAttempts = 2, ImmediateRetries = 0, BaseDelay = TimeSpan.FromSeconds(1) });
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>(static options => options.Compression = Everything(CompressionAlgorithm.Gzip)));
        var dead = host.Services.GetRequiredService<IDeadLetters>();

        await SoonAsync(host.Services.GetRequiredService<ICalc>().RecordAsync(new Note(text), Token));
        IReadOnlyList<DeadLetter> letters;
        while ((letters = await SoonAsync(dead.ListAsync("calc", 10, Token))).Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        var letter = Assert.Single(letters);
        Assert.Equal("gzip", letter.ContentEncoding);
        Assert.Equal($$"""{"text":"{{text}}"}""", Encoding.UTF8.GetString(Gunzip(letter.Body.ToArray())));
        Assert.Equal(1, await SoonAsync(dead.ReplayAsync("calc", cancellationToken: Token)));
        Assert.Equal((text, "gzip"), await SoonAsync(done.Task));
    }

    private static CompressionOptions Everything(CompressionAlgorithm algorithm) => new() { Algorithm = algorithm, ThresholdBytes = 0 };

    private async Task<ICalc> StartCompressingRequesterAsync(CompressionAlgorithm algorithm, MessageTap tap, int threshold = 0)
    {
        var host = await StartHostAsync(builder =>
        {
            builder.AddRequester<ICalc>(options => options.Compression = new CompressionOptions { Algorithm = algorithm, ThresholdBytes = threshold });
            tap.Install(builder);
        });
        return host.Services.GetRequiredService<ICalc>();
    }

    private static async Task<List<Serialization.RawPayload>> ReadRawAsync(IAsyncEnumerable<Serialization.RawPayload> stream)
    {
        var items = new List<Serialization.RawPayload>();
        await foreach (var item in stream)
        {
            items.Add(item);
        }

        return items;
    }

    private static string? Text(IReadOnlyDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? value as string ?? Encoding.UTF8.GetString((byte[])value!) : null;

    private static byte[] Gzip(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return output.ToArray();
    }

    private static byte[] Brotli(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var brotli = new BrotliStream(output, CompressionLevel.Optimal))
        {
            brotli.Write(plain);
        }

        return output.ToArray();
    }

    private static byte[] Gunzip(byte[] body)
    {
        using var output = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(output);
        return output.ToArray();
    }
}
