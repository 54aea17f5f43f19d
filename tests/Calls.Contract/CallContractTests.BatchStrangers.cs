using System.Globalization;
using System.Text;
using Messaging.Calls.Contract.Tapping;
using Messaging.Transport;

namespace Messaging.Calls.Contract;

/// <summary>Batches between this library and what others wrote.</summary>
public abstract partial class CallContractTests
{
    private const uint NoTimeout = uint.MaxValue;

    [Fact]
    public async Task A_client_that_does_not_ask_for_batches_gets_none_while_others_do()
    {
        const int Foreign = 50;
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.AddAsync);
        await Harness.DeclareQueueAsync(OwnReplyQueue);
        using var enough = new CancellationTokenSource();
        var load = LoadUntilAsync(calc, enough.Token);

        for (var number = 0; number < Foreign; number++)
        {
            await Harness.PublishRawAsync("calc", ForeignRequest(number));
        }

        var replies = new List<InboundMessage>();
        for (var number = 0; number < Foreign; number++)
        {
            replies.Add(await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token)));
        }

        await enough.CancelAsync();
        await SoonAsync(load);

        AssertPacked(tap.Replies);
        Assert.All(replies, reply => Assert.Equal(("reply", "application/json", 0), (reply.Type, reply.ContentType, reply.Headers?.Count ?? 0)));
        Assert.Equal(
            Enumerable.Range(0, Foreign).Select(number => ($"foreign {number}", $$"""{"value":{{number + 3}}}""")).Order(),
            replies.Select(reply => (reply.CorrelationId!, Encoding.UTF8.GetString(reply.Body.Span))).Order());
    }

    [Fact]
    public async Task Workers_that_do_not_report_how_long_handlers_take_never_get_a_batch()
    {
        await Harness.DeclareQueueAsync("calc");
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap);

        for (var round = 0; round < 4; round++)
        {
            var calls = Together(tap, Enough, number => calc.AddAsync(new Addends(number, 1), Token));
            await ServeByHandAsync(calls.Count, static request => Answer(request.CorrelationId, $$"""{"value":{{Left(request)}}}"""));
            Assert.Equal(Enumerable.Range(0, Enough), (await SoonAsync(Task.WhenAll(calls))).Select(sum => sum.Value));
        }

        Assert.All(tap.Requests, message => Assert.False(message.IsBatch));
        Assert.Contains(tap.Requests, message => message.Headers?.ContainsKey("batch") == true);
    }

    [Fact]
    public async Task A_hand_written_worker_that_reports_is_sent_batches_and_may_answer_with_batches()
    {
        await Harness.DeclareQueueAsync("calc");
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap);
        var first = Together(tap, Enough, number => calc.AddAsync(new Addends(number, 1), Token));
        await ServeByHandAsync(first.Count, ReportingAnswer);
        await SoonAsync(Task.WhenAll(first));
        tap.Clear();

        var second = Together(tap, Enough, number => calc.AddAsync(new Addends(number, 1), Token));
        await ServeByHandAsync(second.Count, static request =>
        {
            // Answered together in another order, and one of them not well.
            var calls = PassedMessage.From(request).Frames.Reverse();
            return HandWrittenBatch.Message([.. calls.Select(call => new PassedFrame(call.Id, QuickUs, "reply", call.Left == 7 ? "{{{" : $$"""{"value":{{call.Left}}}"""))]);
        });

        AssertPacked(tap.Requests);
        var failure = await FailsAsync(second[7]);
        Assert.Equal((StatusCode.Internal, FailureReason.Undecodable, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        second.RemoveAt(7);
        Assert.Equal(Enumerable.Range(0, Enough).Where(number => number != 7), (await SoonAsync(Task.WhenAll(second))).Select(sum => sum.Value));
    }

    [Fact]
    public async Task A_batch_that_the_broker_refuses_fails_each_of_its_calls()
    {
        await Harness.DeclareQueueAsync("calc");
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap, options => options.ConfirmCalls = true);
        var first = Together(tap, Enough, number => calc.AddAsync(new Addends(number, 1), Token));
        await ServeByHandAsync(first.Count, ReportingAnswer);
        await SoonAsync(Task.WhenAll(first));
        tap.Clear();
        await Harness.RefusePublishesAsync("calc");

        var calls = Together(tap, Enough, number => calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(number, 1), Token));

        foreach (var call in calls)
        {
            var failure = await FailsAsync(call);
            Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        }

        AssertPacked(tap.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hand_written_batch_is_served_call_by_call(bool readsBatches)
    {
        await StartWorkerAsync();
        await Harness.DeclareQueueAsync(OwnReplyQueue);
        PassedFrame[] calls =
        [
            new(Id(1), NoTimeout, "Add", """{"left":2,"right":3}"""),
            new(Id(2), 30_000, "Add", "{{{"),
            new(Id(3), 30_000, "Subtract", "{}"),
            new(Id(4), 30_000, string.Empty, "{}"),
            new(Id(5), 0, "Add", """{"left":2,"right":3}"""),
            new(Id(6), 30_000, "Check", """{"left":3,"right":4}"""),
        ];

        await Harness.PublishRawAsync("calc", HandWrittenBatch.Message(calls) with
        {
            ReplyTo = OwnReplyQueue,
            Headers = readsBatches ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["batch"] = 1L } : null,
        });

        var replies = new List<PassedFrame>();
        while (replies.Count < calls.Length)
        {
            var message = PassedMessage.From(await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token)));
            Assert.True(readsBatches || !message.IsBatch);
            replies.AddRange(message.Frames);
        }

        Assert.Equal(
            [(Id(1), "reply", """{"value":5}"""), (Id(2), "fault", ""), (Id(3), "fault", ""), (Id(4), "fault", ""), (Id(5), "fault", ""), (Id(6), "reply", """{"value":7}""")],
            replies.Select(reply => (reply.Id!, reply.Type!, reply.Body)).Order());
    }

    [Fact]
    public async Task A_batch_of_replies_that_cannot_be_read_or_is_forged_answers_nobody()
    {
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();
        var calls = Enumerable.Range(0, 3).Select(number => calc.AddAsync(new Addends(number, 0), Token)).ToList();
        var requests = new List<InboundMessage>();
        foreach (var _ in calls)
        {
            requests.Add(await SoonAsync(Harness.TakeAsync("calc", Token)));
        }

        var replyTo = requests[0].ReplyTo!;
        var right = HandWrittenBatch.Message([.. requests.Select(request => new PassedFrame(request.CorrelationId, QuickUs, "reply", """{"value":5}"""))]);
        var body = right.Body.ToArray();
        foreach (var hostile in new byte[][] { [], [1, 0, 0, 0, 0], body[..^1], [2, .. body[1..]], [.. body, 0], new byte[200_000] })
        {
            await Harness.PublishRawAsync(replyTo, right with { Body = hostile });
        }

        // The calls' places in the table are right, the rest of their ids is not.
        await Harness.PublishRawAsync(replyTo, HandWrittenBatch.Message(
            [.. requests.Select(request => new PassedFrame(new string('0', 24) + request.CorrelationId![24..], QuickUs, "reply", """{"value":666}"""))]));
        await Harness.PublishRawAsync(replyTo, right);
        await Harness.PublishRawAsync(replyTo, right);

        Assert.Equal([5, 5, 5], (await SoonAsync(Task.WhenAll(calls))).Select(sum => sum.Value));
    }

    /// <summary>As a worker answers that reads batches.</summary>
    private static InboundMessage ReportingAnswer(InboundMessage request) => Answer(request.CorrelationId, """{"value":1}""") with
    {
        Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["handler-us"] = (long)QuickUs },
    };

    private static string Id(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    private static int Left(InboundMessage request) => Assert.Single(PassedMessage.From(request).Frames).Left;

    private static InboundMessage ForeignRequest(int number) => new()
    {
        Type = "Add",
        ContentType = "application/json",
        CorrelationId = $"foreign {number}",
        ReplyTo = OwnReplyQueue,
        Body = Encoding.UTF8.GetBytes($$"""{"left":{{number}},"right":3}"""),
    };

    private static async Task LoadUntilAsync(ICalc calc, CancellationToken enough)
    {
        await Task.WhenAll(Enumerable.Range(0, Enough).Select(async number =>
        {
            while (!enough.IsCancellationRequested)
            {
                Assert.Equal(number + 1, (await calc.AddAsync(new Addends(number, 1), Token)).Value);
            }
        }));
    }

    /// <summary>Takes messages and answers each, until so many calls have come.</summary>
    private async Task ServeByHandAsync(int calls, Func<InboundMessage, InboundMessage> answer)
    {
        while (calls > 0)
        {
            var request = await SoonAsync(Harness.TakeAsync("calc", Token));
            calls -= PassedMessage.From(request).Frames.Count;
            await Harness.PublishRawAsync(request.ReplyTo!, answer(request));
        }
    }
}
