using Messaging.Calls.Contract;
using Messaging.Pipeline;
using Messaging.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Running;

public sealed class CancellationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_callback_that_throws_on_cancellation_harms_nothing_but_its_call()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await InMemoryApplication.StartAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                if (request.Left == 1)
                {
                    token.Register(static () => throw new InvalidOperationException("callback"));
                    started.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }

                return new Sum(request.Left);
            },
        });
        using var caller = new CancellationTokenSource();

        var call = application.Calc.AddAsync(new Addends(1, 0), caller.Token);
        await started.Task.WaitAsync(Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.Equal(2, (await application.Calc.AddAsync(new Addends(2, 0), Token)).Value);
    }

    [Fact]
    public async Task A_token_kept_after_its_call_is_not_cancelled_by_a_later_one()
    {
        CancellationToken kept = default;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await InMemoryApplication.StartAsync(
            new CalcScript
            {
                Add = async (request, token) =>
                {
                    if (request.Left == 1)
                    {
                        kept = token;
                    }
                    else
                    {
                        started.TrySetResult();
                        await Task.Delay(Timeout.InfiniteTimeSpan, token);
                    }

                    return new Sum(0);
                },
            },
            options => options.Concurrency = 1);
        using var caller = new CancellationTokenSource();
        await application.Calc.AddAsync(new Addends(1, 0), Token);
        var cancelled = false;
        var registration = kept.Register(() => cancelled = true);

        var call = application.Calc.AddAsync(new Addends(2, 0), caller.Token);
        await started.Task.WaitAsync(Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await application.Calc.CheckAsync(new Addends(1, 0), Token);

        Assert.False(cancelled, "A token of a finished call was cancelled.");
        registration.Unregister();
    }

    [Fact]
    public void A_cancel_that_comes_before_its_call_stops_it()
    {
        var running = new RunningCalls();
        running.Cancel(new CallId("early"));
        var call = new RunningCall(NullLogger.Instance);

        Assert.True(running.WasCancelled(new CallId("early")));
        running.Add(call, new CallId("early"));

        Assert.Equal(StopReason.CallerCancelled, call.Reason);
        Assert.False(running.WasCancelled(new CallId("other")));
    }

    [Fact]
    public async Task A_delivery_whose_cancel_came_first_is_dropped_before_its_handler()
    {
        var running = new RunningCalls();
        running.Cancel(new CallId("early"));
        var call = WorkerCall.Rent(new Delivery(link: null!, QueueKind.Calls, new InboundMessage { CorrelationId = "early" }, maxBodyBytes: 10));

        await new SkipCancelled(running).InvokeAsync(call);

        Assert.Same(WorkerOutcome.Dropped, call.Outcome);
    }

    [Fact]
    public void A_call_whose_link_was_lost_before_it_began_is_stopped()
    {
        var running = new RunningCalls();
        var link = new WorkerLink(deliveries: null!, maxMessageBytes: 10, NullLogger.Instance);
        var call = new RunningCall(NullLogger.Instance);
        call.Begin(link);
        Assert.True(link.IsLost);

        running.StopAll(StopReason.LinkLost, link);
        running.Add(call, new CallId("id"));

        Assert.Equal(StopReason.LinkLost, call.Reason);
    }
}
