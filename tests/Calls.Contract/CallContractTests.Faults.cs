namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_worker_that_dies_mid_call_has_its_call_redelivered()
    {
        var (script, started, stopped) = Hanging();
        var first = await StartWorkerAsync(script);
        var calc = await StartRequesterAsync();

        var call = calc.AddAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await StartWorkerAsync(new CalcScript { Add = (_, _) => Task.FromResult(new Sum(CallContext.Current!.Attempt)) });
        await KillAsync(first);

        Assert.Equal(2, (await SoonAsync(call)).Value);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_redelivered_call_that_may_run_once_is_answered_instead_of_run()
    {
        var (script, started, _) = Hanging();
        var first = await StartWorkerAsync(script);
        var calc = await StartRequesterAsync();
        var ranAgain = false;

        var call = calc.AddOnceAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await StartWorkerAsync(new CalcScript { Add = (_, _) => { ranAgain = true; return Task.FromResult(new Sum(0)); } });
        await KillAsync(first);

        var failure = await FailsAsync(call);
        Assert.Equal((StatusCode.Aborted, FailureReason.Redelivered, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.False(ranAgain);
    }

    [Fact]
    public async Task Calls_wait_inside_their_deadline_while_their_workers_restart()
    {
        var worker = await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await SoonAsync(calc.AddAsync(new Addends(1, 1), Token));
        await SoonAsync(worker.StopAsync(Token));

        var call = calc.AddAsync(new Addends(2, 2), Token);
        await StartWorkerAsync();

        Assert.Equal(4, (await SoonAsync(call)).Value);
    }

    [Fact]
    public async Task A_lost_connection_fails_the_calls_under_way_at_once()
    {
        var (script, started, stopped) = Hanging();
        await StartWorkerAsync(script);
        var calc = await StartRequesterAsync();

        var call = calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await Harness.StopBrokerAsync();

        var failure = await FailsAsync(call);
        Assert.Equal((StatusCode.Unavailable, FailureReason.ConnectionLost, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        await SoonAsync(stopped.Task);
        await Harness.StartBrokerAsync();
    }

    [Fact]
    public async Task A_call_made_while_the_broker_is_away_waits_for_it()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        await SoonAsync(calc.AddAsync(new Addends(1, 1), Token));
        await Harness.StopBrokerAsync();

        var call = RepeatUntilServedAsync(calc);
        await Harness.StartBrokerAsync();

        Assert.Equal(7, (await SoonAsync(call)).Value);
    }

    [Fact]
    public async Task A_broker_that_stays_away_ends_calls_at_their_deadline()
    {
        var calc = await StartRequesterAsync();
        await Harness.StopBrokerAsync();

        // The first may still find the old connection; what counts is that each ends, and by its deadline.
        var failure = await FailsAsync(EndsByDeadlineAsync(calc));

        Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage 'connect'", failure.Detail, StringComparison.Ordinal);
        await Harness.StartBrokerAsync();
    }

    [Fact]
    public async Task An_idempotent_call_survives_a_lost_connection_by_a_retry()
    {
        var (script, started, _) = Hanging();
        var attempts = 0;
        await StartWorkerAsync(new CalcScript
        {
            Add = (request, token) => Interlocked.Increment(ref attempts) == 1 ? script.Add(request, token) : Task.FromResult(new Sum(attempts)),
        });
        var calc = await StartRequesterAsync(options =>
        {
            // The queue is there again only when the worker is: until then the broker may say NoRoute, which is final.
            options.Retry.BaseDelay = TimeSpan.FromSeconds(4);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(4);
        });

        // On a busy machine a broker needs its time to restart.
        var call = calc.With(new CallOptions { Timeout = TimeSpan.FromMinutes(5) }).AddAgainAsync(new Addends(0, 0), Token);
        await SoonAsync(started.Task);
        await Harness.StopBrokerAsync();
        await Harness.StartBrokerAsync();

        Assert.Equal(2, (await SoonAsync(call)).Value);
    }

    /// <summary>Calls until one is served: those under way when the connection breaks may fail, and right after a restart the queue may be missing.</summary>
    private static async Task<Sum> RepeatUntilServedAsync(ICalc calc)
    {
        while (true)
        {
            try
            {
                return await calc.AddAsync(new Addends(3, 4), Token);
            }
            catch (RpcException exception) when (exception.Reason is FailureReason.ConnectionLost or FailureReason.NoRoute)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
            }
        }
    }

    private static async Task EndsByDeadlineAsync(ICalc calc)
    {
        while (true)
        {
            try
            {
                await calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(400) }).AddAsync(new Addends(3, 4), Token);
            }
            catch (RpcException exception) when (exception.MayHaveRun || exception.Reason is FailureReason.ConnectionLost or FailureReason.NoRoute)
            {
                await Task.Yield();
            }
        }
    }
}
