namespace Messaging.Policies;

public sealed class RetryBudgetTests
{
    [Fact]
    public void A_failing_service_gets_no_more_extra_attempts_than_the_ratio_allows()
    {
        var budget = new RetryBudget(ratio: 0.1, burst: 10);
        var extra = 0;

        for (var call = 0; call < 10_000; call++)
        {
            budget.Earn();
            for (var retry = 0; retry < 2; retry++)
            {
                extra += budget.TrySpend() ? 1 : 0;
            }
        }

        Assert.InRange(extra, 1000, 1010);
    }

    [Fact]
    public void Without_a_burst_the_first_failures_are_not_retried()
    {
        var budget = new RetryBudget(ratio: 0.5, burst: 0);

        Assert.False(budget.TrySpend());
        budget.Earn();
        budget.Earn();

        Assert.True(budget.TrySpend());
        Assert.False(budget.TrySpend());
    }

    [Fact]
    public void What_is_earned_in_quiet_times_is_bounded_by_the_burst()
    {
        var budget = new RetryBudget(ratio: 1, burst: 3);
        for (var call = 0; call < 100; call++)
        {
            budget.Earn();
        }

        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => budget.TrySpend()));
    }
}
