using System.Text;
using Messaging.Transport;

namespace Messaging.Calls.Contract;

/// <summary>Messages that no code of ours wrote.</summary>
public abstract partial class CallContractTests
{
    private const string OwnReplyQueue = "messaging.reply.stranger";

    [Fact]
    public async Task A_plain_message_is_served()
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Add",
            ContentType = "application/json",
            CorrelationId = "mine",
            ReplyTo = OwnReplyQueue,
            Body = Encoding.UTF8.GetBytes("""{"left":2,"right":3}"""),
        });

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal(("reply", "mine", """{"value":5}"""), (reply.Type, reply.CorrelationId, Encoding.UTF8.GetString(reply.Body.Span)));
    }

    public static TheoryData<string, string?, string?, string, string> Mistakes => new()
    {
        { "no type", null, "application/json", "{}", "3" },
        { "unknown method", "Subtract", "application/json", "{}", "12" },
        { "foreign content type", "Add", "application/x-other", "{}", "3" },
        { "no JSON", "Add", "application/json", "\u0001\u0002\u0003", "3" },
        { "JSON null", "Add", "application/json", "null", "3" },
        { "empty body", "Add", "application/json", "", "3" },
        { "missing field", "Add", "application/json", """{"left":1}""", "3" },
        { "wrong type", "Add", "application/json", """{"left":"x","right":1}""", "3" },
        { "repeated field", "Add", "application/json", """{"left":1,"left":2,"right":1}""", "3" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistaken_message_is_answered_with_what_is_wrong(string mistake, string? type, string? contentType, string body, string status)
    {
        Assert.NotEmpty(mistake);
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = type,
            ContentType = contentType,
            CorrelationId = "mine",
            ReplyTo = OwnReplyQueue,
            Body = Encoding.UTF8.GetBytes(body),
        });

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal("fault", reply.Type);
        Assert.Equal(status, reply.Headers!["status"]!.ToString());
        Assert.Equal(new Sum(3), await SoonAsync(calc.AddAsync(new Addends(1, 2), Token)));
    }

    [Fact]
    public async Task Odd_headers_are_answered_or_ignored_and_the_worker_lives()
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);
        object?[] oddities = [long.MinValue, "abc", true, 1.5, new byte[] { 0xff, 0xfe }, null, new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1 }];

        foreach (var oddity in oddities)
        {
            await Harness.PublishRawAsync("calc", new InboundMessage
            {
                Type = "Add",
                CorrelationId = "odd",
                ReplyTo = OwnReplyQueue,
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["timeout-ms"] = oddity },
                Body = Encoding.UTF8.GetBytes("""{"left":2,"right":3}"""),
            });
            var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
            Assert.Equal(("fault", "3"), (reply.Type, reply.Headers!["status"]!.ToString()));
        }
    }

    [Fact]
    public async Task A_call_of_100_MB_is_refused_and_disturbs_nothing()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", new InboundMessage { Type = "Add", ReplyTo = OwnReplyQueue, Body = new byte[100_000_000] });

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal(("fault", "8"), (reply.Type, reply.Headers!["status"]!.ToString()));
        Assert.Equal(new Sum(3), await SoonAsync(calc.AddAsync(new Addends(1, 2), Token)));
    }

    [Fact]
    public async Task A_command_over_the_limit_is_dead_lettered_by_the_broker()
    {
        await StartWorkerAsync();

        await Harness.PublishRawAsync("calc.commands", new InboundMessage { Type = "Record", MessageId = "large", Body = new byte[17 * 1024 * 1024] });

        Assert.Equal("large", (await SoonAsync(Harness.TakeAsync("calc.dead", Token))).MessageId);
    }

    [Fact]
    public async Task A_reply_to_that_names_a_work_queue_is_refused()
    {
        var ran = false;
        await StartWorkerAsync(new CalcScript { Add = (request, _) => { ran |= request.Left == 666; return Task.FromResult(new Sum(0)); } });
        var calc = await StartRequesterAsync();
        await Harness.DeclareQueueAsync("payments");

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Add",
            ReplyTo = "payments",
            CorrelationId = "spoof",
            Body = Encoding.UTF8.GetBytes("""{"left":666,"right":0}"""),
        });
        await Harness.PublishRawAsync("payments", new InboundMessage { Type = "mark" });

        // The queue is served in order, so this answer comes after the refusal.
        await SoonAsync(calc.AddAsync(new Addends(1, 2), Token));
        Assert.False(ran);
        Assert.Equal("mark", (await SoonAsync(Harness.TakeAsync("payments", Token))).Type);
    }

    [Fact]
    public async Task A_hand_written_worker_is_called_and_forged_or_repeated_replies_change_nothing()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();

        var call = calc.AddAsync(new Addends(2, 3), Token);
        var request = await SoonAsync(Harness.TakeAsync("calc", Token));
        Assert.Equal(("Add", "application/json"), (request.Type, request.ContentType));
        foreach (var forged in new[] { null, "", "nonsense", new string('0', 32), new string('z', 32) })
        {
            await Harness.PublishRawAsync(request.ReplyTo!, Answer(forged, """{"value":666}"""));
        }

        await Harness.PublishRawAsync(request.ReplyTo!, Answer(request.CorrelationId, """{"value":5}"""));
        await Harness.PublishRawAsync(request.ReplyTo!, Answer(request.CorrelationId, """{"value":6}"""));

        Assert.Equal(5, (await SoonAsync(call)).Value);
    }

    [Fact]
    public async Task A_reply_that_cannot_be_decoded_fails_its_own_call_only()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();

        var broken = calc.AddAsync(new Addends(0, 0), Token);
        var first = await SoonAsync(Harness.TakeAsync("calc", Token));
        var whole = calc.AddAsync(new Addends(1, 1), Token);
        var second = await SoonAsync(Harness.TakeAsync("calc", Token));
        await Harness.PublishRawAsync(first.ReplyTo!, Answer(first.CorrelationId, "{{{"));
        await Harness.PublishRawAsync(second.ReplyTo!, Answer(second.CorrelationId, """{"value":2}"""));

        var failure = await FailsAsync(broken);
        Assert.Equal((StatusCode.Internal, FailureReason.Undecodable, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Equal(2, (await SoonAsync(whole)).Value);
    }

    [Fact]
    public async Task An_accepted_command_runs()
    {
        var recorded = new TaskCompletionSource<Note>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartWorkerAsync(new CalcScript { Record = (note, _) => { recorded.SetResult(note); return Task.CompletedTask; } });
        var calc = await StartRequesterAsync();

        await SoonAsync(calc.RecordAsync(new Note("hello"), Token));

        Assert.Equal("hello", (await SoonAsync(recorded.Task)).Text);
    }

    [Fact]
    public async Task A_command_for_a_service_that_was_never_started_is_unroutable()
    {
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.RecordAsync(new Note("hello"), Token));

        Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute, false), (failure.Status, failure.Reason, failure.MayHaveRun));
    }

    [Fact]
    public async Task A_command_that_fails_lies_in_the_dead_letter_queue_with_its_reason()
    {
        await StartWorkerAsync(new CalcScript { Record = (_, _) => throw new InvalidOperationException("no ink") }, static options => options.CommandRetry.MaxAttempts = 3);
        var calc = await StartRequesterAsync();

        await SoonAsync(calc.RecordAsync(new Note("hello"), Token));

        var dead = await SoonAsync(Harness.TakeAsync("calc.dead", Token));
        Assert.Equal(("Record", """{"text":"hello"}"""), (dead.Type, Encoding.UTF8.GetString(dead.Body.Span)));
        Assert.Contains("no ink", Text(dead.Headers!["dead-exception-message"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_outlives_a_broker_restart()
    {
        var recorded = new TaskCompletionSource<Note>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await SoonAsync(first.StopAsync(Token));

        await SoonAsync(calc.RecordAsync(new Note("kept"), Token));
        await Harness.StopBrokerAsync();
        await Harness.StartBrokerAsync();
        await StartWorkerAsync(new CalcScript { Record = (note, _) => { recorded.TrySetResult(note); return Task.CompletedTask; } });

        Assert.Equal("kept", (await SoonAsync(recorded.Task)).Text);
    }

    private static InboundMessage Answer(string? correlationId, string json) => new()
    {
        Type = "reply",
        ContentType = "application/json",
        CorrelationId = correlationId,
        Body = Encoding.UTF8.GetBytes(json),
    };

    private static string Text(object? header) => header is byte[] bytes ? Encoding.UTF8.GetString(bytes) : header!.ToString()!;
}
