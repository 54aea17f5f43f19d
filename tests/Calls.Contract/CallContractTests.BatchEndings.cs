using System.Collections.Concurrent;
using Messaging.Calls.Contract.Tapping;
using Microsoft.Extensions.Hosting;

namespace Messaging.Calls.Contract;

/// <summary>Calls of a batch end each by itself.</summary>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task Cancelling_one_call_of_a_batch_stops_its_handler_and_no_other()
    {
        var handlers = new HeldHandlers();
        var (calc, tap) = await StartHeldAsync(handlers);
        var callers = Enumerable.Range(0, Callers).Select(_ => new CancellationTokenSource()).ToList();
        var calls = Together(tap, Callers, number => calc.AddAsync(new Addends(number, 1), callers[number].Token));
        await handlers.StartedAsync(Enumerable.Range(0, Callers));

        var cancelled = tap.Requests.Where(message => message.Frames.Count > 1).Select(message => message.Frames[0].Left).ToList();
        Assert.NotEmpty(cancelled);
        foreach (var number in cancelled)
        {
            await callers[number].CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(calls[number]));
        }

        await handlers.StoppedAsync(cancelled);
        handlers.Release();

        foreach (var (number, call) in calls.Index().Where(call => !cancelled.Contains(call.Index)))
        {
            Assert.Equal(number + 1, (await SoonAsync(call)).Value);
        }

        Assert.Equal(cancelled.Order(), handlers.Stopped.Order());
        callers.ForEach(caller => caller.Dispose());
    }

    [Fact]
    public async Task Calls_cancelled_while_they_wait_for_the_connection_do_not_stay_with_their_workers()
    {
        var handlers = new HeldHandlers { Holds = static number => number % 2 == 0 };
        var (calc, tap) = await StartHeldAsync(handlers);
        using var caller = new CancellationTokenSource();

        tap.Hold();
        var calls = Enumerable.Range(0, Enough).Select(number => calc.AddAsync(new Addends(number, 1), number % 2 == 0 ? caller.Token : Token)).ToList();
        await caller.CancelAsync();
        foreach (var call in calls.Where((_, number) => number % 2 == 0))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(call));
        }

        tap.Release();
        foreach (var (number, call) in calls.Index().Where(call => call.Index % 2 == 1))
        {
            Assert.Equal(number + 1, (await SoonAsync(call)).Value);
        }

        // Whichever of them a worker had begun nevertheless, it was told to stop.
        await handlers.StoppedAsync(handlers.Started.Where(number => number % 2 == 0));
    }

    [Fact]
    public async Task A_deadline_ends_its_own_call_of_a_batch_and_stops_its_handler()
    {
        var handlers = new HeldHandlers { Holds = static number => number % 4 == 0 };
        var (calc, tap) = await StartHeldAsync(handlers);
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(3) };

        var calls = Together(tap, Enough, number => calc.With(options).AddAsync(new Addends(number, 1), Token));

        foreach (var (number, call) in calls.Index().Where(call => call.Index % 4 != 0))
        {
            Assert.Equal(number + 1, (await SoonAsync(call)).Value);
        }

        foreach (var call in calls.Where((_, number) => number % 4 == 0))
        {
            var failure = await FailsAsync(call);
            Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.MayHaveRun));
        }

        AssertPacked(tap.Requests);
        await handlers.StoppedAsync(Enumerable.Range(0, Enough).Where(number => number % 4 == 0));
    }

    [Fact]
    public async Task What_a_dying_worker_has_not_answered_of_its_batches_is_answered_by_another()
    {
        var handlers = new HeldHandlers { Holds = static number => number % 2 == 0 };
        var first = await StartHeldWorkerAsync(handlers);
        var (calc, tap) = await StartHeldAsync(worker: null);
        var calls = Together(tap, Callers, number => calc.AddAsync(new Addends(number, 1), Token));
        await handlers.StartedAsync(Enumerable.Range(0, Callers));
        foreach (var (number, call) in calls.Index().Where(call => call.Index % 2 == 1))
        {
            Assert.Equal(number + 1, (await SoonAsync(call)).Value);
        }

        var attempts = new ConcurrentDictionary<int, int>();
        await StartWorkerAsync(new CalcScript
        {
            Add = (request, _) =>
            {
                attempts[request.Left] = CallContext.Current!.Attempt;
                return Task.FromResult(new Sum(-1));
            },
        });
        await KillAsync(first);

        // Each call has one outcome: of those that were answered before, the first.
        var sums = await SoonAsync(Task.WhenAll(calls));
        Assert.All(sums.Index(), sum => Assert.Equal(sum.Index % 2 == 1 ? sum.Index + 1 : -1, sum.Item.Value));
        AssertPacked(tap.Requests);
        Assert.Superset(Enumerable.Range(0, Callers).Where(number => number % 2 == 0).ToHashSet(), attempts.Keys.ToHashSet());
        Assert.All(attempts, attempt => Assert.Equal(2, attempt.Value));
    }

    [Fact]
    public async Task Calls_that_may_run_once_are_answered_instead_of_run_when_their_batch_is_redelivered()
    {
        var handlers = new HeldHandlers();
        var first = await StartHeldWorkerAsync(handlers);
        var (calc, tap) = await StartHeldAsync(worker: null, calc => calc.AddOnceAsync);
        var calls = Together(tap, Enough, number => calc.AddOnceAsync(new Addends(number, 1), Token));
        await handlers.StartedAsync(Enumerable.Range(0, Enough));

        var ranAgain = new ConcurrentBag<int>();
        await StartWorkerAsync(new CalcScript { Add = (request, _) => { ranAgain.Add(request.Left); return Task.FromResult(new Sum(0)); } });
        await KillAsync(first);

        foreach (var call in calls)
        {
            var failure = await FailsAsync(call);
            Assert.Equal((StatusCode.Aborted, FailureReason.Redelivered, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        }

        AssertPacked(tap.Requests);
        Assert.Empty(ranAgain);
    }

    [Fact]
    public async Task A_lost_connection_fails_every_call_of_its_batches_and_stops_their_handlers()
    {
        var handlers = new HeldHandlers();
        var (calc, tap) = await StartHeldAsync(handlers);
        var calls = Together(tap, Enough, number => calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(number, 1), Token));
        await handlers.StartedAsync(Enumerable.Range(0, Enough));

        await Harness.StopBrokerAsync();

        foreach (var call in calls)
        {
            var failure = await FailsAsync(call);
            Assert.Equal((StatusCode.Unavailable, FailureReason.ConnectionLost, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        }

        AssertPacked(tap.Requests);
        await handlers.StoppedAsync(Enumerable.Range(0, Enough));
        await Harness.StartBrokerAsync();
    }

    [Fact]
    public async Task Workers_that_stop_while_batches_are_under_way_lose_and_repeat_nothing()
    {
        const int Rounds = 10;
        var runs = new ConcurrentDictionary<int, int>();
        var begun = Signal();
        var script = new CalcScript
        {
            Add = async (request, _) =>
            {
                if (runs.AddOrUpdate(request.Left, 1, static (_, before) => before + 1) > 0 && runs.Count > Callers)
                {
                    begun.TrySetResult();
                }

                await Task.Yield();
                return new Sum(request.Left + request.Right);
            },
        };
        var stopping = new List<IHost>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            // So few at once that batches are begun and not done when the worker is told to stop.
            stopping.Add(await StartWorkerAsync(script, options => options.Concurrency = 2));
        }

        var (calc, tap) = await StartHeldAsync(worker: null);
        var load = LoadAsync(Callers, Rounds, calc.AddAsync);
        await SoonAsync(begun.Task);
        await StartWorkerAsync(script);
        await SoonAsync(Task.WhenAll(stopping.Select(worker => worker.StopAsync(Token))));
        await SoonAsync(load);

        AssertPacked(tap.Requests);
        Assert.Equal(Enumerable.Range(0, Callers * Rounds), runs.Keys.Where(number => number >= 0).Order());
        Assert.All(runs, run => Assert.Equal(1, run.Value));
    }

    /// <summary>A worker that runs as many calls at once as a test makes.</summary>
    private Task<IHost> StartHeldWorkerAsync(HeldHandlers handlers) =>
        StartWorkerAsync(new CalcScript { Add = handlers.HandleAsync }, options => options.Concurrency = 2 * Callers);

    /// <summary>A requester that packs, and a worker where the test has not started one.</summary>
    private async Task<(ICalc Calc, MessageTap Tap)> StartHeldAsync(
        HeldHandlers? worker, Func<ICalc, Func<Addends, CancellationToken, Task<Sum>>>? operation = null)
    {
        if (worker is not null)
        {
            await StartHeldWorkerAsync(worker);
        }

        var tap = new MessageTap { HandlerUs = QuickUs };
        var calc = await StartTappedAsync(tap);
        await WarmUpAsync(tap, operation is null ? calc.AddAsync : operation(calc));
        return (calc, tap);
    }
}
