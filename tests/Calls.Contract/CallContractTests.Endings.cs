using System.Collections.Concurrent;
using System.Text;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_call_ends_at_its_deadline_and_its_handler_is_cancelled()
    {
        var (script, started, stopped) = Hanging();
        await StartWorkerAsync(script);
        var (time, timeout) = (new FakeTimeProvider(), TimeSpan.FromHours(1));
        var host = await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.AddRequester<ICalc>();
        });

        var call = host.Services.GetRequiredService<ICalc>().With(new CallOptions { Timeout = timeout }).AddAsync(new Addends(1, 1), Token);
        await SoonAsync(started.Task);
        time.Advance(timeout + TimeSpan.FromSeconds(1));

        var failure = await FailsAsync(call);
        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage '", failure.Detail, StringComparison.Ordinal);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_handler_is_cancelled_at_its_calls_deadline_although_nobody_says_so()
    {
        var (script, started, stopped) = Hanging();
        var time = new FakeTimeProvider();
        await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton(script);
            builder.AddWorker<ICalc, ScriptedCalc>();
        });
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Add",
            CorrelationId = "mine",
            ReplyTo = OwnReplyQueue,
            Expiration = "3600000",
            Body = Encoding.UTF8.GetBytes("""{"left":1,"right":1}"""),
        });
        await SoonAsync(started.Task);
        time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        await SoonAsync(stopped.Task);
        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal(("fault", "4"), (reply.Type, reply.Headers!["status"]!.ToString()));
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_timeout_and_stops_the_handler()
    {
        var (script, started, stopped) = Hanging();
        await StartWorkerAsync(script);
        var calc = await StartRequesterAsync();
        using var caller = new CancellationTokenSource();

        var call = calc.AddAsync(new Addends(1, 1), caller.Token);
        await SoonAsync(started.Task);
        await caller.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_call_cancelled_beforehand_is_not_sent()
    {
        var ran = new ConcurrentBag<int>();
        await StartWorkerAsync(
            new CalcScript { Add = (request, _) => { ran.Add(request.Left); return Task.FromResult(new Sum(0)); } },
            options => options.Concurrency = 1);
        var calc = await StartRequesterAsync();
        await SoonAsync(calc.AddAsync(new Addends(1, 0), Token));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calc.AddAsync(new Addends(2, 0), new CancellationToken(canceled: true)));
        await SoonAsync(calc.AddAsync(new Addends(3, 0), Token));

        // Served one at a time and in order: had the second been sent, it would be there.
        Assert.Equal([1, 3], ran.Order());
    }

    [Fact]
    public async Task Disposing_the_requester_ends_its_calls_and_stops_their_handlers()
    {
        var (script, started, stopped) = Hanging();
        await StartWorkerAsync(script);
        var host = await StartHostAsync(builder => builder.AddRequester<ICalc>());

        var call = host.Services.GetRequiredService<ICalc>().AddAsync(new Addends(1, 1), Token);
        await SoonAsync(started.Task);
        await ((IAsyncDisposable)host).DisposeAsync();
        _hosts.Remove(host);

        var failure = await FailsAsync(call);
        Assert.Equal((FailureReason.RequesterClosed, true), (failure.Reason, failure.MayHaveRun));
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_nested_call_inherits_what_remains_of_the_deadline()
    {
        var inner = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        ICalc? nested = null;
        await StartWorkerAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                if (request.Left > 0)
                {
                    return await nested!.AddAsync(new Addends(0, 0), token);
                }

                inner.TrySetResult(CallContext.Current!.RemainingTime);
                return new Sum(42);
            },
        });
        var calc = nested = await StartRequesterAsync(options => options.Timeout = TimeSpan.FromHours(1));

        var sum = await SoonAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(55) }).AddAsync(new Addends(1, 0), Token));

        Assert.Equal(42, sum.Value);
        Assert.InRange(await SoonAsync(inner.Task), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(55));
    }

    [Fact]
    public async Task Cancelling_the_outer_call_stops_the_handler_of_the_nested_one()
    {
        var started = Signal();
        var stopped = Signal();
        ICalc? nested = null;
        await StartWorkerAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                if (request.Left > 0)
                {
                    // Not handed on: the context does it.
                    return await nested!.AddAsync(new Addends(0, 0), CancellationToken.None);
                }

                return await HangAsync(started, stopped, token);
            },
        });
        var calc = nested = await StartRequesterAsync();
        using var caller = new CancellationTokenSource();

        var call = calc.AddAsync(new Addends(1, 0), caller.Token);
        await SoonAsync(started.Task);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task Cancelling_at_any_moment_gives_exactly_one_outcome()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        var outcomes = new ConcurrentBag<string>();

        await SoonAsync(Task.WhenAll(Enumerable.Range(0, 500).Select(async number =>
        {
            using var caller = new CancellationTokenSource();
            var call = calc.AddAsync(new Addends(number, 1), caller.Token);
            for (var spin = 0; spin < number % 7; spin++)
            {
                await Task.Yield();
            }

            await caller.CancelAsync();
            try
            {
                Assert.Equal(number + 1, (await call).Value);
                outcomes.Add("reply");
            }
            catch (OperationCanceledException)
            {
                outcomes.Add("cancelled");
            }
        })));

        Assert.Equal(500, outcomes.Count);
        Assert.Equal(new Sum(3), await SoonAsync(calc.AddAsync(new Addends(1, 2), Token)));
    }

    [Fact]
    public async Task A_stopping_worker_finishes_and_answers_what_it_runs()
    {
        var started = Signal();
        var release = Signal();
        var worker = await StartWorkerAsync(new CalcScript
        {
            Add = async (request, _) =>
            {
                started.TrySetResult();
                await release.Task;
                return new Sum(request.Left);
            },
        });
        var calc = await StartRequesterAsync();

        var call = calc.AddAsync(new Addends(9, 0), Token);
        await SoonAsync(started.Task);
        var stopping = worker.StopAsync(Token);
        release.SetResult();

        Assert.Equal(9, (await SoonAsync(call)).Value);
        await SoonAsync(stopping);
    }

    [Fact]
    public async Task What_a_stopping_worker_has_not_started_goes_to_another()
    {
        var started = Signal();
        var release = Signal();
        var first = await StartWorkerAsync(
            new CalcScript
            {
                Add = async (request, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return new Sum(1);
                },
            },
            options => options.Concurrency = 1);
        var calc = await StartRequesterAsync();
        var calls = new[] { calc.AddAsync(new Addends(0, 0), Token), calc.AddAsync(new Addends(0, 0), Token), calc.AddAsync(new Addends(0, 0), Token) };
        await SoonAsync(started.Task);

        var stopping = first.StopAsync(Token);
        await StartWorkerAsync(new CalcScript { Add = (_, _) => Task.FromResult(new Sum(2)) });
        release.SetResult();

        Assert.Equal([1, 2, 2], (await SoonAsync(Task.WhenAll(calls))).Select(sum => sum.Value).Order());
        await SoonAsync(stopping);
    }

    [Fact]
    public async Task At_its_drain_limit_a_worker_gives_back_what_is_stuck()
    {
        var (script, started, stopped) = Hanging();
        var first = await StartWorkerAsync(script, options => options.DrainTimeout = TimeSpan.FromMilliseconds(50));
        var calc = await StartRequesterAsync();

        var call = calc.AddAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await SoonAsync(first.StopAsync(Token));
        await SoonAsync(stopped.Task);
        await StartWorkerAsync(new CalcScript { Add = (_, _) => Task.FromResult(new Sum(CallContext.Current!.Attempt)) });

        Assert.Equal(2, (await SoonAsync(call)).Value);
    }

    private static (CalcScript Script, TaskCompletionSource Started, TaskCompletionSource Stopped) Hanging()
    {
        var started = Signal();
        var stopped = Signal();
        return (new CalcScript { Add = (_, token) => HangAsync(started, stopped, token) }, started, stopped);
    }

    private static async Task<Sum> HangAsync(TaskCompletionSource started, TaskCompletionSource stopped, CancellationToken token)
    {
        started.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
        catch (OperationCanceledException)
        {
            stopped.TrySetResult();
            throw;
        }

        return new Sum(0);
    }
}
