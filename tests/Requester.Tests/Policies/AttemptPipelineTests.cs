using Polly.CircuitBreaker;

namespace Messaging.Policies;

public sealed class AttemptPipelineTests
{
    private static readonly RetryOptions _fast = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) };

    public static TheoryData<StatusCode, FailureReason, int> Failures => new()
    {
        { StatusCode.Unavailable, FailureReason.ConnectionLost, 3 },
        { StatusCode.Unavailable, FailureReason.NotConnected, 3 },
        { StatusCode.Unavailable, FailureReason.NoRoute, 1 },
        { StatusCode.DeadlineExceeded, FailureReason.None, 1 },
        { StatusCode.ResourceExhausted, FailureReason.Overloaded, 1 },
        { StatusCode.InvalidArgument, FailureReason.Undecodable, 1 },
        { StatusCode.Unknown, FailureReason.None, 1 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Only_failures_that_a_retry_can_help_are_retried(StatusCode status, FailureReason reason, int attempts)
    {
        var pipeline = AttemptPipeline.Build(idempotent: true, _fast, hedging: null, breaker: null, TimeProvider.System)!;
        var source = new Attempts(_ => throw new RpcException(status, "failed") { Reason = reason });

        await Assert.ThrowsAsync<RpcException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(attempts, source.Count);
    }

    [Fact]
    public async Task A_used_up_budget_ends_the_retries()
    {
        var options = new RetryOptions { MaxAttempts = 10, BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1), BudgetBurst = 2, BudgetRatio = 0 };
        var pipeline = AttemptPipeline.Build(idempotent: true, options, hedging: null, breaker: null, TimeProvider.System)!;
        var source = new Attempts(_ => throw new RpcException(StatusCode.Unavailable, "failed"));

        await Assert.ThrowsAsync<RpcException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(3, source.Count);
    }

    [Fact]
    public async Task A_slow_first_attempt_is_overtaken_by_a_hedge_and_cancelled()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pipeline = AttemptPipeline.Build(
            idempotent: true, new RetryOptions { MaxAttempts = 1 }, new HedgingOptions { Delay = TimeSpan.FromMilliseconds(10) }, breaker: null, TimeProvider.System)!;
        var source = new Attempts(async (attempt, token) =>
        {
            if (attempt == 1)
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
                catch (OperationCanceledException)
                {
                    cancelled.SetResult();
                    throw;
                }
            }

            return new AttemptReply<int>(attempt);
        });

        var reply = await pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken);

        Assert.Equal(2, ((AttemptReply<int>)reply).Value);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_open_circuit_breaker_sheds_calls_without_sending_them()
    {
        var pipeline = AttemptPipeline.Build(
            idempotent: false, new RetryOptions(), hedging: null, new CircuitBreakerOptions { MinimumThroughput = 2 }, TimeProvider.System)!;
        var source = new Attempts(_ => throw new RpcException(StatusCode.Unavailable, "failed"));
        for (var call = 0; call < 2; call++)
        {
            await Assert.ThrowsAsync<RpcException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));
        }

        await Assert.ThrowsAsync<BrokenCircuitException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task What_is_refused_in_time_opens_no_circuit_breaker()
    {
        var pipeline = AttemptPipeline.Build(
            idempotent: false, new RetryOptions(), hedging: null, new CircuitBreakerOptions { MinimumThroughput = 2 }, TimeProvider.System)!;
        var source = new Attempts(_ => throw Refusal());

        for (var call = 0; call < 20; call++)
        {
            await Assert.ThrowsAsync<RpcException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));
        }

        Assert.Equal(20, source.Count);
    }

    [Fact]
    public async Task What_is_refused_in_time_is_attempted_neither_again_nor_beside()
    {
        var pipeline = AttemptPipeline.Build(idempotent: true, _fast, new HedgingOptions { MaxHedgedAttempts = 3 }, breaker: null, TimeProvider.System)!;
        var source = new Attempts(_ => throw Refusal());

        var failure = await Assert.ThrowsAsync<RpcException>(() => pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(FailureReason.Overloaded, failure.Reason);
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task A_hedge_that_is_refused_in_time_leaves_the_first_attempt_to_go_on()
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pipeline = AttemptPipeline.Build(
            idempotent: true, new RetryOptions { MaxAttempts = 1 }, new HedgingOptions { Delay = TimeSpan.FromMilliseconds(1), MaxHedgedAttempts = 5 }, breaker: null, TimeProvider.System)!;
        var source = new Attempts(async (attempt, token) =>
        {
            if (attempt > 1)
            {
                refused.SetResult();
                throw Refusal();
            }

            await refused.Task.WaitAsync(token);
            return new AttemptReply<int>(attempt);
        });

        var reply = await pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken);

        Assert.Equal(1, ((AttemptReply<int>)reply).Value);
        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task No_hedge_is_sent_while_the_service_is_overloaded()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pipeline = AttemptPipeline.Build(
            idempotent: true,
            new RetryOptions { MaxAttempts = 1 },
            new HedgingOptions { Delay = TimeSpan.FromMilliseconds(1) },
            breaker: null,
            TimeProvider.System,
            () => asked.TrySetResult() || true)!;
        var source = new Attempts(async (attempt, token) =>
        {
            await asked.Task.WaitAsync(token);
            return new AttemptReply<int>(attempt);
        });

        var reply = await pipeline.ExecuteAsync(source, TestContext.Current.CancellationToken);

        Assert.Equal(1, ((AttemptReply<int>)reply).Value);
        Assert.Equal(1, source.Count);
    }

    private static RpcException Refusal() => new(StatusCode.ResourceExhausted, "refused in time") { Reason = FailureReason.Overloaded };

    private sealed class Attempts(Func<int, CancellationToken, Task<AttemptReply>> make) : AttemptSource
    {
        private int _count;

        public Attempts(Func<int, AttemptReply> make)
            : this((attempt, _) => Task.FromResult(make(attempt)))
        {
        }

        public int Count => _count;

        public override async Task<AttemptReply> AttemptAsync(CancellationToken cancellationToken) =>
            await make(Interlocked.Increment(ref _count), cancellationToken);
    }
}
