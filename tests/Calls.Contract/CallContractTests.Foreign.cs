using System.Collections;
using System.Collections.Concurrent;
using System.IO.Compression;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <content>What strangers send besides what this library reads: it is theirs, and stays as it is.</content>
public abstract partial class CallContractTests
{
    /// <summary>Header values that only this transport's client knows.</summary>
    protected virtual IReadOnlyDictionary<string, object?> OwnForeignValues { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    [Fact]
    public async Task All_that_a_stranger_sends_stays_through_retries_dead_letters_and_replays()
    {
        var seen = new ConcurrentQueue<CallContext>();
        var worker = await StartWorkerAsync(
            new CalcScript
            {
                Record = (_, _) =>
                {
                    seen.Enqueue(CallContext.Current!);
                    throw new InvalidOperationException("never");
                },
            },
            static options => (options.CommandRetry.MaxAttempts, options.CommandRetry.ImmediateRetries, options.CommandRetry.BaseDelay) = (4, 1, TimeSpan.FromSeconds(1)));
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var dead = host.Services.GetRequiredService<IDeadLetters>();
        string[] ids = ["looked at", "replayed", "edited"];
        foreach (var id in ids)
        {
            await Harness.PublishRawAsync("calc.commands", Foreign(id));
        }

        IReadOnlyList<DeadLetter> letters;
        while ((letters = await SoonAsync(dead.ListAsync("calc", 1000, Token))).Count < ids.Length)
        {
            await Task.Delay(20, Token);
        }

        // Every run of each saw the same.
        Assert.Equal(12, seen.Count);
        Assert.Equal([1, 2, 3, 4], seen.Where(static run => run.MessageId is "replayed").Select(static run => run.Attempt).Order());
        foreach (var run in seen)
        {
            Assert.Equal(("corr", "guest", "gzip"), (run.CorrelationId, run.Caller, run.RequestEncoding));
            Assert.Equal("mine", run.Headers["x-mine"]);
            Assert.Equal("opt", run.Headers["x-opt-mine"]);
            Assert.Equal("-4", run.Headers["long"]);
            Assert.Equal(seen.First().Headers, run.Headers);
        }

        // The list shows everything of the sender's and nothing of others.
        var shown = Assert.Single(letters, static letter => letter.MessageId is "edited").Headers;
        Assert.Equal(Foreign("edited").Headers!.Keys.Where(static name => name is not ("content-encoding" or "status")).Order(StringComparer.Ordinal), shown.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("""{"deeper":[1,"two",null,{"deepest":true}]}""", shown["table"]);

        await SoonAsync(worker.StopAsync(Token));
        Assert.Equal(1, await SoonAsync(dead.ReplayAsync("calc", static letter => letter.MessageId is "replayed", cancellationToken: Token)));
        var replayed = await SoonAsync(Harness.TakeAsync("calc.commands", Token));
        AssertSame(Foreign("replayed"), replayed, "dead-history");

        Assert.Equal(1, await SoonAsync(dead.ReplayAsync(
            "calc",
            static letter => letter.MessageId is "edited",
            static letter => new DeadLetterEdit { Headers = new Dictionary<string, string>(letter.Headers, StringComparer.Ordinal) { ["x-mine"] = "edited" } },
            Token)));
        var edited = await SoonAsync(Harness.TakeAsync("calc.commands", Token));
        Assert.Equal("edited", HeaderValues.TryGetText(edited.Headers!["x-mine"]));
        AssertSame(Foreign("edited"), edited, "dead-history", "x-mine");

        var lying = await SoonAsync(Harness.TakeAsync("calc.dead", Token));
        AssertSame(Foreign("looked at"), lying, [.. lying.Headers!.Keys.Where(static name => name.StartsWith("dead-", StringComparison.Ordinal)), "first-failure", "attempt"]);
    }

    [Fact]
    public async Task All_that_a_stranger_sends_stays_when_its_command_is_sent_on()
    {
        var seen = new TaskCompletionSource<CallContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartWorkerAsync(
            new CalcScript
            {
                Record = (_, _) =>
                {
                    seen.TrySetResult(CallContext.Current!);
                    throw new InvalidOperationException("never");
                },
            },
            static options => options.CommandRetry.MaxAttempts = 1);
        var sent = Foreign("later");
        sent = sent with { Headers = new Dictionary<string, object?>(sent.Headers!, StringComparer.Ordinal) { ["scheduled"] = true, ["delay-left"] = 1L } };

        await Harness.PublishRawAsync("calc.commands", sent);
        var run = await SoonAsync(seen.Task);
        var lying = await SoonAsync(Harness.TakeAsync("calc.dead", Token));

        Assert.Equal("mine", run.Headers["x-mine"]);
        Assert.Equal(1, run.Attempt);
        AssertSame(sent, lying, [.. lying.Headers!.Keys.Where(static name => name.StartsWith("dead-", StringComparison.Ordinal)), "first-failure", "delay-left"]);
    }

    private InboundMessage Foreign(string id)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["content-encoding"] = "gzip",
            ["x-mine"] = "mine"u8.ToArray(),
            ["X-Death"] = "not the broker's"u8.ToArray(),
            ["x-opt-mine"] = "opt"u8.ToArray(),
            ["x-delay"] = 5,
            ["cc"] = "not the broker's either"u8.ToArray(),
            ["status"] = "a reply's"u8.ToArray(),
            ["null"] = null,
            ["not utf-8"] = new byte[] { 0, 255, 128 },
            ["empty"] = Array.Empty<byte>(),
            ["bool"] = true,
            ["byte"] = (byte)200,
            ["sbyte"] = (sbyte)-100,
            ["short"] = (short)-2,
            ["ushort"] = (ushort)60_000,
            ["int"] = -3,
            ["uint"] = 4_000_000_000u,
            ["long"] = -4L,
            ["float"] = 1.1f,
            ["double"] = 2.2d,
            ["decimal"] = 3.5m,
            ["list"] = new List<object?> { 1, "two"u8.ToArray(), null, new List<object?> { 2.5d } },
            ["table"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["deeper"] = new List<object?> { 1, "two"u8.ToArray(), null, new Dictionary<string, object?>(StringComparer.Ordinal) { ["deepest"] = true } },
            },
        };
        foreach (var (name, value) in OwnForeignValues)
        {
            headers[name] = value;
        }

        using var body = new MemoryStream();
        using (var gzip = new GZipStream(body, CompressionLevel.Fastest))
        {
            gzip.Write("""{"text":"foreign"}"""u8);
        }

        return new InboundMessage
        {
            Type = "Record",
            ContentType = "application/json; charset=utf-8",
            CorrelationId = "corr",
            MessageId = id,
            ReplyTo = "somebody",
            UserId = "guest",
            Foreign = new ForeignProperties { Priority = 7, Timestamp = 1_700_000_000, AppId = "their app", ClusterId = "their cluster" },
            Headers = headers,
            Body = body.ToArray(),
        };
    }

    private static void AssertSame(in InboundMessage sent, in InboundMessage came, params string[] exceptHeaders)
    {
        Assert.Equal(
            (sent.Type, sent.ContentType, sent.CorrelationId, sent.MessageId, sent.ReplyTo, sent.UserId, sent.Foreign),
            (came.Type, came.ContentType, came.CorrelationId, came.MessageId, came.ReplyTo, came.UserId, came.Foreign));
        Assert.Equal(sent.Body.ToArray(), came.Body.ToArray());
        Assert.Equal(Describe(sent.Headers!), Describe(came.Headers!));

        string Describe(IReadOnlyDictionary<string, object?> headers) => string.Join('\n', headers
            .Where(header => !BrokerHeaders.IsOne(header.Key) && !exceptHeaders.Contains(header.Key, StringComparer.Ordinal))
            .OrderBy(static header => header.Key, StringComparer.Ordinal)
            .Select(static header => $"{header.Key}: {Spell(header.Value)}"));
    }

    // With its type: a number of another width is another value on the wire.
    private static string Spell(object? value) => value switch
    {
        null => "null",
        byte[] bytes => $"bytes {Convert.ToHexString(bytes)}",
        IDictionary<string, object?> table => $"{{{string.Join(", ", table.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => $"{item.Key}: {Spell(item.Value)}"))}}}",
        string text => $"text {text}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Spell))}]",
        IFormattable number => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.GetType().Name} {number}"),
        _ => $"{value.GetType().Name} {value.GetType().GetProperty("Bytes")?.GetValue(value) switch { byte[] bytes => Convert.ToHexString(bytes), _ => value }}",
    };
}
