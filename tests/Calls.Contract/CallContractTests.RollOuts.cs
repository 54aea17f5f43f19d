using System.Text;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Calls.Contract;

/// <content>A roll-out is no failure: what a handler throws that was stopped means that it was stopped.</content>
public abstract partial class CallContractTests
{
    private const int RollOuts = 4;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_call_whose_handler_answers_the_drain_limit_with_an_exception_goes_to_another_worker(int kind)
    {
        var started = Signal();
        var first = await StartWorkerAsync(
            new CalcScript { Add = (_, token) => StopBadlyAsync(kind, started, token) }, static options => options.DrainTimeout = TimeSpan.FromMilliseconds(50));
        var calc = await StartRequesterAsync();

        var call = calc.CheckAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await SoonAsync(first.StopAsync(Token));
        await StartWorkerAsync(new CalcScript { Add = static (_, _) => Task.FromResult(new Sum(42)) });

        Assert.Equal(42, (await SoonAsync(call)).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_call_whose_handler_answers_a_lost_link_with_an_exception_goes_to_another_worker(int kind)
    {
        var started = Signal();
        var first = await StartWorkerAsync(new CalcScript { Add = (_, token) => StopBadlyAsync(kind, started, token) });
        var calc = await StartRequesterAsync();

        var call = calc.CheckAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await StartWorkerAsync(new CalcScript { Add = static (_, _) => Task.FromResult(new Sum(42)) });
        await KillAsync(first);

        Assert.Equal(42, (await SoonAsync(call)).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_call_whose_handler_answers_its_deadline_with_an_exception_is_answered_with_that(int kind)
    {
        var started = Signal();
        var time = new FakeTimeProvider();
        await StartHostAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton(new CalcScript { Add = (_, token) => StopBadlyAsync(kind, started, token) });
            builder.AddWorker<ICalc, ScriptedCalc>();
        });
        await Harness.DeclareQueueAsync(OwnReplyQueue);

        await Harness.PublishRawAsync("calc", new InboundMessage
        {
            Type = "Check",
            CorrelationId = "mine",
            ReplyTo = OwnReplyQueue,
            Expiration = "3600000",
            Body = Encoding.UTF8.GetBytes("""{"left":1,"right":1}"""),
        });
        await SoonAsync(started.Task);
        time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        var reply = await SoonAsync(Harness.TakeAsync(OwnReplyQueue, Token));
        Assert.Equal(("fault", "4"), (reply.Type, reply.Headers!["status"]!.ToString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_command_outlives_any_number_of_roll_outs_without_an_attempt_counted(int kind)
    {
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var runs = 0;
        Task? sent = null;
        for (var number = 0; number < RollOuts; number++)
        {
            var started = Signal();
            var worker = await StartRolledOutAsync(new CalcScript
            {
                Record = (_, token) =>
                {
                    Interlocked.Increment(ref runs);
                    return StopBadlyAsync(kind, started, token);
                },
            });
            await SoonAsync(sent ??= host.Services.GetRequiredService<ICalc>().RecordAsync(new Note("rolled"), Token));
            await SoonAsync(started.Task);
            await SoonAsync(worker.StopAsync(Token));
        }

        var attempt = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartRolledOutAsync(new CalcScript
        {
            Record = (_, _) =>
            {
                attempt.SetResult(CallContext.Current!.Attempt);
                return Task.CompletedTask;
            },
        });

        Assert.Equal(1, await SoonAsync(attempt.Task));
        Assert.Equal(RollOuts, runs);
        Assert.Equal(0, await SoonAsync(host.Services.GetRequiredService<IDeadLetters>().CountAsync("calc", Token)));
    }

    [Fact]
    public async Task A_command_whose_handler_does_not_stop_is_given_back_while_it_runs_and_what_that_ends_with_counts_no_more()
    {
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var ended = new List<TaskCompletionSource>();
        for (var number = 0; number < RollOuts; number++)
        {
            var (started, end) = (Signal(), Signal());
            ended.Add(end);
            var worker = await StartRolledOutAsync(new CalcScript
            {
                Record = async (_, _) =>
                {
                    started.SetResult();
                    await end.Task;
                    throw new InvalidOperationException("too late");
                },
            });
            if (number == 0)
            {
                await SoonAsync(host.Services.GetRequiredService<ICalc>().RecordAsync(new Note("stuck"), Token));
            }

            await SoonAsync(started.Task);
            await SoonAsync(worker.StopAsync(Token));
        }

        ended.ForEach(static end => end.SetResult());
        var attempt = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartRolledOutAsync(new CalcScript
        {
            Record = (_, _) =>
            {
                attempt.SetResult(CallContext.Current!.Attempt);
                return Task.CompletedTask;
            },
        });

        Assert.Equal(1, await SoonAsync(attempt.Task));
        Assert.Equal(0, await SoonAsync(host.Services.GetRequiredService<IDeadLetters>().CountAsync("calc", Token)));
    }

    [Fact]
    public async Task A_stream_whose_handler_answers_the_drain_limit_with_an_exception_ends_as_one_whose_worker_stops()
    {
        var started = Signal();
        var worker = await StartWorkerAsync(
            new CalcScript { Count = (_, token) => StopBadlyOnceOpenAsync(started, token) }, static options => options.DrainTimeout = TimeSpan.FromMilliseconds(50));
        var calc = await StartRequesterAsync();

        var reading = ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token));
        await SoonAsync(started.Task);
        await SoonAsync(worker.StopAsync(Token));

        Assert.Equal(StatusCode.Unavailable, (await FailsAsync(reading)).Status);
    }

    private Task<IHost> StartRolledOutAsync(CalcScript script) =>
        StartWorkerAsync(script, static options =>
        {
            options.DrainTimeout = TimeSpan.FromMilliseconds(50);
            options.CommandDeliveryLimit = 1;
            options.CommandRetry.MaxAttempts = 1;
            options.CommandRetry.ImmediateRetries = 5;
            options.Use<Wrapping>();
        });

    private static async IAsyncEnumerable<Sum> StopBadlyOnceOpenAsync(
        TaskCompletionSource started, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return new Sum(1);
        yield return await StopBadlyAsync(0, started, token);
    }

    private static async Task<Sum> StopBadlyAsync(int kind, TaskCompletionSource started, CancellationToken token)
    {
        var stopped = Signal();
        await using var registration = token.Register(stopped.SetResult);
        started.TrySetResult();
        await stopped.Task;
        throw HostileException.OfCancelled(kind);
    }

    /// <summary>Middleware that makes every exception its own.</summary>
    private sealed class Wrapping : IWorkerMiddleware
    {
        public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
        {
            try
            {
                await next(context);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException("The handler failed.", exception);
            }
        }
    }
}
