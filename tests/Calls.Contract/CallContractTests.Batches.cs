using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Messaging.Calls.Contract.Tapping;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

/// <summary>Calls that share messages behave as those that don't.</summary>
public abstract partial class CallContractTests
{
    private const int Callers = 256;
    private const int Enough = 64;

    /// <summary>What lets a hundred calls share a message.</summary>
    private const uint QuickUs = 10;

    [Fact]
    public async Task Under_load_calls_share_messages_and_each_gets_its_own_reply()
    {
        const int Rounds = 10;
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.AddAsync);

        await SoonAsync(LoadAsync(Callers, Rounds, calc.AddAsync));

        AssertPacked(tap.Requests);
        AssertPacked(tap.Replies);
        Assert.True(tap.Requests.Count < Callers * Rounds && tap.Replies.Count < Callers * Rounds);
        Assert.Equal(Enumerable.Range(0, Callers * Rounds), tap.Requests.SelectMany(message => message.Frames).Select(call => call.Left).Order());
        Assert.Equal(Callers * Rounds, tap.Replies.SelectMany(message => message.Frames).Select(reply => reply.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(10, 100)]
    [InlineData(300, 3)]
    [InlineData(500, 2)]
    [InlineData(501, 1)]
    [InlineData(1000, 1)]
    [InlineData(10_000, 1)]
    public async Task A_message_packs_no_more_than_a_millisecond_of_handlers_time(uint reportedUs, int calls)
    {
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = reportedUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.AddAsync);

        await SoonAsync(Task.WhenAll(Together(tap, Callers, number => calc.AddAsync(new Addends(number, 0), Token))));

        Assert.Equal(calls, tap.Requests.Max(message => message.Frames.Count));
    }

    [Fact]
    public async Task Until_workers_have_told_how_long_handlers_take_every_call_has_a_message_of_its_own()
    {
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);

        // It finds the link open, and a lone call teaches nothing.
        await SoonAsync(calc.AddAsync(new Addends(-1, 0), Token));
        await SoonAsync(Task.WhenAll(Together(tap, Callers, number => calc.AddAsync(new Addends(number, 0), Token))));
        Assert.All(tap.Requests, message => Assert.False(message.IsBatch));

        // What is known of one operation says nothing of another.
        tap.Clear();
        await SoonAsync(Task.WhenAll(Together(tap, Callers, number => calc.CheckAsync(new Addends(number, 0), Token))));
        Assert.All(tap.Requests, message => Assert.False(message.IsBatch));
        Assert.Equal(Callers, tap.Requests.Count);
    }

    [Fact]
    public async Task Where_batching_is_off_every_call_and_reply_has_a_message_of_its_own()
    {
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap, options => options.Batching = false);
        await WarmUpAsync(tap, calc.AddAsync);

        await SoonAsync(Task.WhenAll(Together(tap, Callers, number => calc.AddAsync(new Addends(number, 0), Token))));

        Assert.Equal((Callers, Callers), (tap.Requests.Count, tap.Replies.Count));
        Assert.All(tap.Requests.Concat(tap.Replies), static message => Assert.False(message.IsBatch));
        Assert.All(tap.Requests, static message => Assert.Equal(["sent-us"], message.Headers!.Keys));
        Assert.All(tap.Replies, static message => Assert.DoesNotContain(message.Headers?.Keys ?? [], static name => !string.Equals(name, "wait-ms", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task Confirmed_calls_share_messages_too(CallQueueType type)
    {
        await StartWorkerAsync(configure: options => options.CallQueue = type);
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap, options => options.ConfirmCalls = true);
        await WarmUpAsync(tap, calc.AddAsync);

        await SoonAsync(LoadAsync(Callers, rounds: 4, calc.AddAsync));

        AssertPacked(tap.Requests);
        AssertPacked(tap.Replies);
    }

    [Fact]
    public async Task Faults_and_exceptions_end_their_own_calls_only()
    {
        await StartWorkerAsync(new CalcScript
        {
            Add = static (request, _) => (request.Left % 4) switch
            {
                1 => throw new TooBig(request.Left, "apples"),
                2 => throw new InvalidOperationException("secret"),
                3 => throw new RpcException(StatusCode.NotFound, $"no {request.Left}"),
                _ => Task.FromResult(new Sum(request.Left)),
            },
        });
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.CheckAsync);

        var calls = Together(tap, Enough, number => calc.CheckAsync(new Addends(number, 0), Token));

        foreach (var (number, call) in calls.Index())
        {
            switch (number % 4)
            {
                case 1:
                    Assert.Equal((number, "apples"), await Assert.ThrowsAsync<TooBig>(() => SoonAsync(call)) is var fault ? (fault.Limit, fault.Unit) : default);
                    break;
                case 2:
                    var unknown = await FailsAsync(call);
                    Assert.Equal((StatusCode.Unknown, true, "calc/Check"), (unknown.Status, unknown.MayHaveRun, unknown.Operation));
                    Assert.DoesNotContain("secret", unknown.Message, StringComparison.Ordinal);
                    break;
                case 3:
                    Assert.Equal($"no {number}", (await FailsAsync(call)).Detail);
                    break;
                default:
                    Assert.Equal(number, (await SoonAsync(call)).Value);
                    break;
            }
        }

        AssertPacked(tap.Requests);
    }

    [Fact]
    public async Task Each_call_has_its_own_headers_trace_and_time()
    {
        var seen = new ConcurrentDictionary<int, (string? Header, ActivityTraceId? Trace, TimeSpan Left)>();
        await StartWorkerAsync(new CalcScript
        {
            Add = (request, _) =>
            {
                var context = CallContext.Current!;
                context.Headers.TryGetValue("number", out var header);
                seen[request.Left] = (header, Activity.Current?.TraceId, context.RemainingTime);
                return Task.FromResult(new Sum(request.Left));
            },
        });
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, "Messaging", StringComparison.Ordinal),
            Sample = static (ref _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.AddAsync);
        var traces = new ConcurrentDictionary<int, ActivityTraceId>();

        await SoonAsync(Task.WhenAll(Together(tap, Enough, number =>
        {
            var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
            traces[number] = activity.TraceId;
            var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["number"] = number.ToString(CultureInfo.InvariantCulture) };

            // Alike enough to share a message.
            var call = calc.With(new CallOptions { Headers = headers, Timeout = TimeSpan.FromSeconds(number % 2 == 0 ? 40 : 60) }).AddAsync(new Addends(number, 0), Token);
            activity.Stop();
            return call;
        })));

        Assert.All(traces, trace => Assert.Equal((trace.Key.ToString(CultureInfo.InvariantCulture), trace.Value), (seen[trace.Key].Header, seen[trace.Key].Trace)));

        // Time travels in whole milliseconds: rounding may add two.
        Assert.All(seen.Where(call => call.Key >= 0), call =>
            Assert.InRange(call.Value.Left.TotalSeconds, call.Key % 2 == 0 ? 1 : 41, (call.Key % 2 == 0 ? 40 : 60) + 0.002));
        Assert.Contains(tap.Requests, message => message.IsBatch && message.Frames.Select(call => call.Left % 2).Distinct().Count() == 2);
    }

    [Fact]
    public async Task Calls_with_very_different_deadlines_do_not_share_a_message()
    {
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, calc.AddAsync);
        CallOptions[] options = [.. new[] { 20, 200, 3600 }.Select(seconds => new CallOptions { Timeout = TimeSpan.FromSeconds(seconds) })];

        await SoonAsync(Task.WhenAll(Together(tap, Callers, number => calc.With(options[number % 3]).AddAsync(new Addends(number, 0), Token))));

        var batches = tap.Requests.Where(message => message.IsBatch).ToList();
        Assert.Equal([0, 1, 2], batches.Select(batch => Assert.Single(batch.Frames.Select(call => call.Left % 3).Distinct())).Distinct().Order());

        // A batch may wait as long as the last of its calls, and not longer.
        Assert.All(batches, batch => Assert.InRange(batch.ExpirationMs!.Value, 1, batch.Frames.Max(call => call.Number)));
    }

    [Fact]
    public async Task A_large_reply_travels_alone_and_holds_up_no_other()
    {
        await StartWorkerAsync();
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, async (request, token) => new Sum((await calc.FillAsync(new Addends(1, 0), token)).Length));

        var sizes = await SoonAsync(Task.WhenAll(Together(tap, Enough, async number =>
            (await calc.FillAsync(new Addends(number % 2 == 0 ? number : 40_000 + number, 0), Token)).Length)));

        Assert.Equal(Enumerable.Range(0, Enough).Select(number => number % 2 == 0 ? number : 40_000 + number), sizes);
        AssertPacked(tap.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_serving_is_said_to_every_call_of_a_batch(bool confirmed)
    {
        var worker = await StartWorkerAsync(configure: options => options.CallQueueExpiry = TimeSpan.FromSeconds(1));
        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap, options => options.ConfirmCalls = confirmed);
        await WarmUpAsync(tap, calc.AddAsync);
        await SoonAsync(worker.StopAsync(Token));
        await SoonAsync(UntilNobodyServesAsync(calc));
        tap.Clear();

        var calls = Together(tap, Enough, number => calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(number, 0), Token));

        foreach (var call in calls)
        {
            var failure = await FailsAsync(call);
            Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        }

        AssertPacked(tap.Requests);
    }

    private static async Task UntilNobodyServesAsync(ICalc calc)
    {
        FailureReason reason;
        do
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() =>
                calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(100) }).AddAsync(new Addends(0, 0), Token));
            reason = failure.Reason;
        }
        while (reason != FailureReason.NoRoute);
    }

    /// <summary>Calls until the requester knows how long the operation's handlers take. The calls' numbers are negative.</summary>
    private static async Task WarmUpAsync(MessageTap tap, Func<Addends, CancellationToken, Task<Sum>> call)
    {
        await SoonAsync(Task.WhenAll(Together(tap, Enough, number => call(new Addends((number + 1) * -4, 0), Token))));
        tap.Clear();
    }

    /// <summary>Makes calls while the connection takes nothing, so that as many share a message as may.</summary>
    private static List<Task<T>> Together<T>(MessageTap tap, int count, Func<int, Task<T>> call)
    {
        tap.Hold();
        var calls = Enumerable.Range(0, count).Select(call).ToList();
        tap.Release();
        return calls;
    }

    /// <summary>Callers that call one time after the other, each with numbers of its own.</summary>
    private static Task LoadAsync(int callers, int rounds, Func<Addends, CancellationToken, Task<Sum>> call) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            for (var number = caller * rounds; number < (caller + 1) * rounds; number++)
            {
                Assert.Equal(number + 1, (await call(new Addends(number, 1), Token)).Value);
            }
        }));

    private static void AssertPacked(IEnumerable<PassedMessage> messages) => Assert.Contains(messages, message => message.IsBatch && message.Frames.Count > 1);

    private async Task<ICalc> StartTappedAsync(MessageTap tap, Action<RequesterOptions>? configure = null)
    {
        var host = await StartHostAsync(builder =>
        {
            tap.Install(builder);
            builder.AddRequester<ICalc>(configure);
        });
        return host.Services.GetRequiredService<ICalc>();
    }
}
