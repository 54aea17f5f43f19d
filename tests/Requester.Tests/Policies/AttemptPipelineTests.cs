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
