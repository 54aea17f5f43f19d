using Microsoft.Extensions.Options;

namespace Messaging.Policies;

internal sealed class RequesterOptionsValidator : IValidateOptions<RequesterOptions>
{
    private static readonly TimeSpan _shortestBreak = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, RequesterOptions options)
    {
        var failures = new List<string>();
        var section = $"Messaging:Requesters:{name}";
        Check(failures, section, options.Timeout, options.Retry, options.Hedging, options.CircuitBreaker);
        if (options.MaxPendingCommands is < 1 or > 1_000_000)
        {
            failures.Add($"{section}: MaxPendingCommands is {options.MaxPendingCommands}; set it from 1 to 1,000,000.");
        }

        if (options.MaxPendingCalls is < 1 or > 1_000_000)
        {
            failures.Add($"{section}: MaxPendingCalls is {options.MaxPendingCalls}; set it from 1 to 1,000,000.");
        }

        if (!Enum.IsDefined(options.WhenFull))
        {
            failures.Add($"{section}: WhenFull is {options.WhenFull}; set it to Wait or Fail.");
        }

        failures.AddRange(options.Stream.Validate($"{section}:Stream"));
        failures.AddRange(options.Compression.Validate($"{section}:Compression"));
        foreach (var (method, operation) in options.Operations)
        {
            failures.AddRange(operation.Stream?.Validate($"{section}:Operations:{method}:Stream") ?? []);
            Check(failures, $"{section}:Operations:{method}", operation.Timeout, operation.Retry, operation.Hedging, operation.CircuitBreaker);
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(
        List<string> failures, string section, TimeSpan? timeout, RetryOptions? retry, HedgingOptions? hedging, CircuitBreakerOptions? breaker)
    {
        void Require(bool holds, string option, object value, string rule)
        {
            if (!holds)
            {
                failures.Add($"{section}: {option} is {value}; {rule}.");
            }
        }

        if (timeout is { } given)
        {
            Require(given > TimeSpan.Zero && given <= CallOptions.MaxTimeout, "Timeout", given, "set it above zero and to at most 24 days");
        }

        if (retry is not null)
        {
            Require(retry.MaxAttempts is >= 1 and <= 100, "Retry:MaxAttempts", retry.MaxAttempts, "set it from 1 (no retries) to 100");
            Require(retry.BaseDelay > TimeSpan.Zero && retry.BaseDelay <= _longest, "Retry:BaseDelay", retry.BaseDelay, "set it above zero");
            Require(retry.MaxDelay >= retry.BaseDelay && retry.MaxDelay <= _longest, "Retry:MaxDelay", retry.MaxDelay, "set it to at least BaseDelay");
            Require(retry.BudgetRatio is >= 0 and <= 1, "Retry:BudgetRatio", retry.BudgetRatio, "set it from 0 to 1");
            Require(retry.BudgetBurst is >= 0 and <= 10_000, "Retry:BudgetBurst", retry.BudgetBurst, "set it from 0 to 10,000");
        }

        if (hedging is not null)
        {
            Require(hedging.MaxHedgedAttempts is >= 1 and <= 10, "Hedging:MaxHedgedAttempts", hedging.MaxHedgedAttempts, "set it from 1 to 10");
            Require(hedging.Delay > TimeSpan.Zero && hedging.Delay <= _longest, "Hedging:Delay", hedging.Delay, "set it above zero");
        }

        if (breaker is not null)
        {
            Require(breaker.FailureRatio is > 0 and <= 1, "CircuitBreaker:FailureRatio", breaker.FailureRatio, "set it above 0 and to at most 1");
            Require(breaker.MinimumThroughput >= 2, "CircuitBreaker:MinimumThroughput", breaker.MinimumThroughput, "set it to at least 2");
            Require(breaker.SamplingDuration >= _shortestBreak && breaker.SamplingDuration <= _longest, "CircuitBreaker:SamplingDuration", breaker.SamplingDuration, "set it to at least 500 ms");
            Require(breaker.BreakDuration >= _shortestBreak && breaker.BreakDuration <= _longest, "CircuitBreaker:BreakDuration", breaker.BreakDuration, "set it to at least 500 ms");
        }
    }
}
