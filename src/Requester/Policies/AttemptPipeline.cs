using Messaging.Telemetry;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;

namespace Messaging.Policies;

/// <summary>The attempts of one operation's calls: retry, then circuit breaker, then hedging, all Polly's.</summary>
internal sealed class AttemptPipeline
{
    private static readonly ResiliencePropertyKey<AttemptSource> _sourceKey = new("Messaging.Source");

    private readonly ResiliencePipeline<AttemptReply> _pipeline;
    private readonly RetryBudget _budget;

    private AttemptPipeline(ResiliencePipeline<AttemptReply> pipeline, RetryBudget budget)
    {
        _pipeline = pipeline;
        _budget = budget;
    }

    /// <summary>Null where the operation's options ask for none of it, so that the plain call pays nothing.</summary>
    /// <param name="idempotent">Whether it may be attempted more than once.</param>
    /// <param name="retry">Its retries.</param>
    /// <param name="hedging">Its hedging; null for none.</param>
    /// <param name="breaker">Its circuit breaker; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isOverloaded">Says whether the service has more to do than it can; null where nobody knows.</param>
    public static AttemptPipeline? Build(
        bool idempotent, RetryOptions retry, HedgingOptions? hedging, CircuitBreakerOptions? breaker, TimeProvider time, Func<bool>? isOverloaded = null)
    {
        var retries = idempotent && retry.MaxAttempts > 1;
        if (!retries && !(idempotent && hedging is not null) && breaker is null)
        {
            return null;
        }

        var budget = new RetryBudget(retry.BudgetRatio, retry.BudgetBurst);
        var builder = new ResiliencePipelineBuilder<AttemptReply> { TimeProvider = time };
        if (retries)
        {
            builder.AddRetry(Retry(retry, budget));
        }

        if (breaker is not null)
        {
            builder.AddCircuitBreaker(Breaker(breaker));
        }

        if (idempotent && hedging is not null)
        {
            builder.AddHedging(Hedging(hedging, budget, isOverloaded));
        }

        return new AttemptPipeline(builder.Build(), budget);
    }

    /// <exception cref="BrokenCircuitException">The circuit breaker is open.</exception>
    public async Task<AttemptReply> ExecuteAsync(AttemptSource source, CancellationToken cancellationToken)
    {
        _budget.Earn();
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(_sourceKey, source);
        try
        {
            return await _pipeline.ExecuteAsync(
                static (context, source) => new ValueTask<AttemptReply>(source.AttemptAsync(context.CancellationToken)), context, source)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static RetryStrategyOptions<AttemptReply> Retry(RetryOptions options, RetryBudget budget) => new()
    {
        MaxRetryAttempts = options.MaxAttempts - 1,
        Delay = options.BaseDelay,
        MaxDelay = options.MaxDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.AttemptNumber < options.MaxAttempts - 1 && IsWorthRetrying(arguments.Outcome.Exception) && TrySpend(budget)),
    };

    private static HedgingStrategyOptions<AttemptReply> Hedging(HedgingOptions options, RetryBudget budget, Func<bool>? isOverloaded) => new()
    {
        MaxHedgedAttempts = options.MaxHedgedAttempts,
        Delay = options.Delay,
        ShouldHandle = static arguments => ValueTask.FromResult(IsWorthRetrying(arguments.Outcome.Exception) || IsHedgesRefusal(arguments)),

        // A service that is slow because it has too much to do needs no second copy of each call.
        ActionGenerator = arguments => isOverloaded?.Invoke() != true && !SourceOf(arguments.PrimaryContext).WasRefused && TrySpend(budget)
            ? () => arguments.Callback(arguments.ActionContext)
            : null,
    };

    private static CircuitBreakerStrategyOptions<AttemptReply> Breaker(CircuitBreakerOptions options) => new()
    {
        FailureRatio = options.FailureRatio,
        MinimumThroughput = options.MinimumThroughput,
        SamplingDuration = options.SamplingDuration,
        BreakDuration = options.BreakDuration,
        ShouldHandle = static arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is RpcException { Status: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } failure && !IsRefusedInTime(failure)),
    };

    // What is refused in time is no failure of the service's: it answers all that it can, and a breaker that opens would take that away too.
    private static bool IsRefusedInTime(Exception? exception) =>
        exception is RpcException { Status: StatusCode.ResourceExhausted, Reason: FailureReason.Overloaded, MayHaveRun: false };

    // No further attempt is made for it; but where it is a hedge's, the first attempt goes on.
    private static bool IsHedgesRefusal(HedgingPredicateArguments<AttemptReply> arguments)
    {
        if (!IsRefusedInTime(arguments.Outcome.Exception))
        {
            return false;
        }

        SourceOf(arguments.Context).WasRefused = true;
        return true;
    }

    private static AttemptSource SourceOf(ResilienceContext context) => context.Properties.GetValue(_sourceKey, null!);

    private static bool IsWorthRetrying(Exception? exception) =>
        exception is RpcException { Status: StatusCode.Unavailable, Reason: not (FailureReason.NoRoute or FailureReason.RequesterClosed) };

    private static bool TrySpend(RetryBudget budget)
    {
        if (!budget.TrySpend())
        {
            return false;
        }

        MessagingTelemetry.Retries.Add(1);
        return true;
    }
}

/// <summary>Makes the attempts of one call.</summary>
internal abstract class AttemptSource
{
    /// <summary>Whether an attempt was refused as it could not be answered in time.</summary>
    public bool WasRefused { get; set; }

    public abstract Task<AttemptReply> AttemptAsync(CancellationToken cancellationToken);
}

/// <summary>An attempt's reply, whatever its type: one pipeline type serves all operations.</summary>
internal abstract class AttemptReply;

/// <summary>An attempt's reply.</summary>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal sealed class AttemptReply<TReply>(TReply value) : AttemptReply
{
    public TReply Value { get; } = value;
}
