using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <summary>What a call has waited, in the broker's queue and in a worker's hands, counts.</summary>
public abstract partial class CallContractTests
{
    private static readonly TimeSpan _stated = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _exact = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(-24)]
    public async Task What_a_call_has_waited_is_taken_from_its_handlers_deadline_however_clocks_differ(int hoursApart)
    {
        var handlers = new TimedHandlers();
        await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromHours(Math.Max(0, -hoursApart))));
            builder.Services.AddSingleton(new CalcScript { Add = handlers.HandleAsync });
            builder.AddWorker<ICalc, ScriptedCalc>(static options => options.Concurrency = 1);
        });
        var calc = await StartShiftedRequesterAsync(Math.Max(0, hoursApart));
        await LetClocksBeKnownAsync(calc);

        var first = calc.AddAsync(new Addends(TimedHandlers.Held, 0), Token);
        await SoonAsync(handlers.Started.Task);
        var sent = Stopwatch.GetTimestamp();
        var waiting = calc.With(new CallOptions { Timeout = _stated }).AddAsync(new Addends(1, 0), Token);
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        handlers.Release.SetResult();
        await SoonAsync(Task.WhenAll(first, waiting));

        var (begun, left) = handlers.Seen[1];
        var waited = Stopwatch.GetElapsedTime(sent, begun);
        Assert.InRange(waited, TimeSpan.FromSeconds(1.9), _stated);
        Assert.InRange(_stated - left, waited - _exact, waited + _exact);
    }

    [Fact]
    public async Task A_new_worker_that_meets_a_backlog_learns_within_a_moment_how_old_it_is()
    {
        // Its queue is there, and nobody serves it.
        var before = await StartWorkerAsync();
        var calc = await StartShiftedRequesterAsync(hoursApart: 24);
        await SoonAsync(calc.AddAsync(new Addends(0, 0), Token));
        await before.StopAsync(Token);

        var sent = Stopwatch.GetTimestamp();
        var waiting = calc.With(new CallOptions { Timeout = _stated });
        var calls = new[] { TimedHandlers.Held, 1, 2 }.Select(number => waiting.AddAsync(new Addends(number, 0), Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(2), Token);
        var handlers = new TimedHandlers();
        await StartWorkerAsync(new CalcScript { Add = handlers.HandleAsync }, static options => options.Concurrency = 1);
        await SoonAsync(handlers.Started.Task);
        await Task.Delay(TimeSpan.FromSeconds(1), Token);
        handlers.Release.SetResult();
        await SoonAsync(Task.WhenAll(calls));

        foreach (var number in new[] { 1, 2 })
        {
            var (begun, left) = handlers.Seen[number];
            var waited = Stopwatch.GetElapsedTime(sent, begun);
            Assert.InRange(_stated - left, waited - _exact, waited + _exact);
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_in_a_workers_hands_is_never_begun()
    {
        var handlers = new HeldHandlers { Holds = static number => number < 2 };
        await StartWorkerAsync(new CalcScript { Add = handlers.HandleAsync }, static options => (options.Concurrency, options.Prefetch) = (2, 10));
        var calc = await StartRequesterAsync(static options => options.Batching = false);
        using var cancelled = new CancellationTokenSource();
        using var first = new CancellationTokenSource();
        var running = calc.AddAsync(new Addends(0, 0), Token);
        var stopped = calc.AddAsync(new Addends(1, 0), first.Token);
        await handlers.StartedAsync([0, 1]);
        var waiting = calc.AddAsync(new Addends(2, 0), cancelled.Token);
        var last = calc.AddAsync(new Addends(3, 0), Token);

        // The worker hears the one cancel after the other.
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(waiting));
        await first.CancelAsync();
        await handlers.StoppedAsync([1]);
        Assert.Equal(3, (await SoonAsync(last)).Value);

        Assert.DoesNotContain(2, handlers.Started);
        handlers.Release();
        await SoonAsync(running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(stopped));
    }

    [Fact]
    public async Task A_call_that_waited_longer_than_its_time_in_a_workers_hands_is_not_begun()
    {
        var handlers = new HeldHandlers { Holds = static number => number == 0 };
        await StartWorkerAsync(new CalcScript { Add = handlers.HandleAsync }, static options => (options.Concurrency, options.Prefetch) = (1, 10));
        var calc = await StartRequesterAsync(static options => options.Batching = false);
        var running = calc.AddAsync(new Addends(0, 0), Token);
        await handlers.StartedAsync([0]);

        var late = await FailsAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) }).AddAsync(new Addends(1, 0), Token));
        handlers.Release();
        await SoonAsync(running);
        await SoonAsync(calc.AddAsync(new Addends(2, 0), Token));

        Assert.Equal(StatusCode.DeadlineExceeded, late.Status);
        Assert.Equal([0, 2], handlers.Started.Order());
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("-5")]
    [InlineData("soon")]
    [InlineData("9223372036854775807")]
    public async Task A_stranger_that_lies_about_when_it_sent_is_answered(string sentUs)
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await SoonAsync(calc.AddAsync(new Addends(0, 0), Token));
        await Harness.DeclareQueueAsync("messaging.reply.liar");

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Add",
            ContentType = "application/json",
            CorrelationId = "1",
            ReplyTo = "messaging.reply.liar",
            Expiration = "30000",
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sent-us"] = sentUs },
            Body = """{"left":1,"right":2}"""u8.ToArray(),
        });

        var reply = await Harness.TakeAsync("messaging.reply.liar", Token);
        Assert.Equal(("reply", "1"), (reply.Type, reply.CorrelationId));
    }

    [Fact]
    public async Task A_stranger_that_says_when_it_sent_is_asked_for_its_clock_on_its_reply_queue()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await SoonAsync(calc.AddAsync(new Addends(0, 0), Token));
        await Harness.DeclareQueueAsync("messaging.reply.other");

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Add",
            ContentType = "application/json",
            CorrelationId = "1",
            ReplyTo = "messaging.reply.other",
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sent-us"] = 5_000_000L },
            Body = """{"left":1,"right":2}"""u8.ToArray(),
        });

        var messages = new[] { await Harness.TakeAsync("messaging.reply.other", Token), await Harness.TakeAsync("messaging.reply.other", Token) };
        var question = Assert.Single(messages, static message => message.Type is "clock");
        Assert.StartsWith("messaging.worker.", question.ReplyTo, StringComparison.Ordinal);
        Assert.Single(messages, static message => message.Type is "reply");

        // Whatever it answers, and whoever answers for it, the worker goes on.
        foreach (var told in new object[] { 7_000_000L, "never", -1L })
        {
            await Harness.PublishRawAsync(question.ReplyTo!, new InboundMessage
            {
                Type = "clock",
                CorrelationId = question.CorrelationId,
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sent-us"] = told },
            });
        }

        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);
    }

    private async Task<ICalc> StartShiftedRequesterAsync(int hoursApart)
    {
        var host = await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.FromHours(hoursApart)));
            builder.AddRequester<ICalc>(static options => options.Batching = false);
        });
        return host.Services.GetRequiredService<ICalc>();
    }

    private static async Task LetClocksBeKnownAsync(ICalc calc)
    {
        // Each may bring a question, and the quickest of what comes and goes counts.
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(1))
        {
            await SoonAsync(calc.AddAsync(new Addends(-1, 0), Token));
        }
    }

    /// <summary>Handlers that write down when they began and what time they had.</summary>
    private sealed class TimedHandlers
    {
        /// <summary>The number of the call whose handler is held.</summary>
        public const int Held = 1000;

        public ConcurrentDictionary<int, (long Begun, TimeSpan Left)> Seen { get; } = new();

        public TaskCompletionSource Started { get; } = Signal();

        public TaskCompletionSource Release { get; } = Signal();

        public async Task<Sum> HandleAsync(Addends request, CancellationToken token)
        {
            Seen[request.Left] = (Stopwatch.GetTimestamp(), CallContext.Current!.RemainingTime);
            if (request.Left == Held)
            {
                Started.TrySetResult();
                await Release.Task.WaitAsync(_patience, token);
            }

            return new Sum(request.Left);
        }
    }
}
