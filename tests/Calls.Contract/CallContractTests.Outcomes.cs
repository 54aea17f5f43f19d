namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_call_is_answered()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        Assert.Equal(new Sum(5), await SoonAsync(calc.AddAsync(new Addends(2, 3), Token)));
    }

    [Fact]
    public async Task Many_replies_find_their_callers()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        var calls = Enumerable.Range(0, 1000).Select(number => calc.AddAsync(new Addends(number, 1), Token)).ToList();

        var sums = await SoonAsync(Task.WhenAll(calls));
        Assert.Equal(Enumerable.Range(1, 1000), sums.Select(sum => sum.Value));
    }

    [Fact]
    public async Task A_call_without_a_reply_value_completes_when_it_has_run()
    {
        var ran = Signal();
        await StartWorkerAsync(new CalcScript { Add = (_, _) => { ran.SetResult(); return Task.FromResult(new Sum(0)); } });
        var calc = await StartRequesterAsync();

        await SoonAsync(calc.TouchAsync(new Addends(1, 1), Token));

        Assert.True(ran.Task.IsCompleted);
    }

    [Fact]
    public async Task A_declared_fault_arrives_as_that_exception_with_its_data()
    {
        await StartWorkerAsync(new CalcScript { Add = (_, _) => throw new TooBig(7, "apples") });
        var calc = await StartRequesterAsync();

        var fault = await Assert.ThrowsAsync<TooBig>(() => calc.CheckAsync(new Addends(1, 1), Token));

        Assert.Equal((7, "apples", "More than 7 apples."), (fault.Limit, fault.Unit, fault.Message));
    }

    [Fact]
    public async Task A_fault_that_the_operation_does_not_declare_is_redacted()
    {
        await StartWorkerAsync(new CalcScript { Add = (_, _) => throw new TooBig(7, "secret") });
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.AddAsync(new Addends(1, 1), Token));

        Assert.Equal(StatusCode.Unknown, failure.Status);
        Assert.True(failure.MayHaveRun);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.RemoteStackTrace);
        Assert.Equal("calc/Add", failure.Operation);
        Assert.NotNull(failure.CorrelationId);
    }

    [Fact]
    public async Task Exception_details_cross_the_wire_where_options_ask_for_them()
    {
        await StartWorkerAsync(
            new CalcScript { Add = (_, _) => throw new InvalidOperationException("no ink") },
            options => options.IncludeExceptionDetails = true);
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.AddAsync(new Addends(1, 1), Token));

        Assert.Contains("no ink", failure.Detail, StringComparison.Ordinal);
        Assert.NotNull(failure.RemoteStackTrace);
    }

    [Fact]
    public async Task A_status_that_the_handler_chooses_arrives()
    {
        await StartWorkerAsync(new CalcScript { Add = (_, _) => throw new RpcException(StatusCode.NotFound, "no such number") });
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.AddAsync(new Addends(1, 1), Token));

        Assert.Equal((StatusCode.NotFound, "no such number"), (failure.Status, failure.Detail));
    }

    [Fact]
    public async Task Headers_attempt_and_remaining_time_reach_the_handler()
    {
        var seen = new TaskCompletionSource<CallContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        TimeSpan remaining = default;
        await StartWorkerAsync(new CalcScript
        {
            Add = (_, _) =>
            {
                remaining = CallContext.Current!.RemainingTime;
                seen.SetResult(CallContext.Current);
                return Task.FromResult(new Sum(0));
            },
        });
        var calc = await StartRequesterAsync();
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "Ærø" };

        await SoonAsync(calc.With(new CallOptions { Headers = headers, Timeout = TimeSpan.FromSeconds(50) }).AddAsync(new Addends(1, 1), Token));

        var context = await SoonAsync(seen.Task);
        Assert.Equal("Ærø", context.Headers["tenant"]);
        Assert.Equal(1, context.Attempt);
        Assert.Equal("calc/Add", context.Operation.FullName);
        Assert.Equal(32, context.CorrelationId!.Length);
        Assert.InRange(remaining, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50));
        Assert.Null(CallContext.Current);
    }

    [Fact]
    public async Task A_reserved_header_is_refused_before_anything_is_sent()
    {
        var calc = await StartRequesterAsync();
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["timeout-ms"] = "1" };

        await Assert.ThrowsAsync<ArgumentException>(() => calc.With(new CallOptions { Headers = headers }).AddAsync(new Addends(1, 1), Token));
    }

    [Fact]
    public async Task Nobody_serving_is_said_at_once_and_not_at_the_timeout()
    {
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(1, 1), Token));

        Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute, false), (failure.Status, failure.Reason, failure.MayHaveRun));
    }

    [Fact]
    public async Task A_request_over_the_limit_fails_here_and_disturbs_nothing()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.RecordAsync(new Note(new string('x', 17 * 1024 * 1024)), Token));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Equal(new Sum(3), await SoonAsync(calc.AddAsync(new Addends(1, 2), Token)));
    }

    [Fact]
    public async Task A_reply_over_the_limit_fails_its_call_only()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(calc.FillAsync(new Addends(17 * 1024 * 1024, 0), Token));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.TooLarge, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Equal(1024 * 1024, (await SoonAsync(calc.FillAsync(new Addends(1024 * 1024, 0), Token))).Length);
    }

    [Fact]
    public async Task Calls_are_shared_by_competing_workers()
    {
        var served = new int[3];
        foreach (var worker in Enumerable.Range(0, 3))
        {
            await StartWorkerAsync(
                new CalcScript
                {
                    Add = async (_, token) =>
                    {
                        Interlocked.Increment(ref served[worker]);
                        await Task.Delay(TimeSpan.FromMilliseconds(5), token);
                        return new Sum(worker);
                    },
                },
                options => options.Concurrency = 2);
        }

        var calc = await StartRequesterAsync();

        await SoonAsync(Task.WhenAll(Enumerable.Range(0, 120).Select(number => calc.AddAsync(new Addends(number, 0), Token))));

        Assert.Equal(120, served.Sum());
        Assert.All(served, count => Assert.True(count > 0, "A worker was left out."));
    }
}
