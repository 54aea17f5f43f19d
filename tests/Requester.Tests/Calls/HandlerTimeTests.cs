namespace Messaging.Calls;

public sealed class HandlerTimeTests
{
    private const int Enough = 16;
    private const int EnoughAfterForeign = 1000;

    private readonly HandlerTime _time = new();

    [Fact]
    public void Until_sixteen_replies_have_told_a_call_costs_the_whole_budget()
    {
        for (var i = 0; i < Enough; i++)
        {
            Assert.Equal(HandlerTime.BudgetUs, _time.CostUs);
            _time.Report(10);
        }

        Assert.Equal(10, _time.CostUs);
    }

    [Fact]
    public void A_reply_without_a_report_starts_it_anew_and_asks_for_more_proof()
    {
        Report(100, Enough);
        _time.ReportForeign();

        for (var i = 0; i < EnoughAfterForeign; i++)
        {
            Assert.Equal(HandlerTime.BudgetUs, _time.CostUs);
            _time.Report(100);
        }

        Assert.Equal(100, _time.CostUs);
    }

    [Fact]
    public void Workers_of_another_library_among_the_others_keep_calls_single()
    {
        for (var i = 0; i < 5000; i++)
        {
            if (i % 500 == 0)
            {
                _time.ReportForeign();
            }

            _time.Report(1);
            Assert.Equal(HandlerTime.BudgetUs, _time.CostUs);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(250, 250)]
    [InlineData(10_000, 10_000)]
    [InlineData(long.MaxValue, 10_000_000)]
    public void What_is_always_reported_is_the_cost_and_none_is_free(long microseconds, int costUs)
    {
        Report(microseconds, 100);

        Assert.Equal(costUs, _time.CostUs);
    }

    [Fact]
    public void The_average_follows_what_is_reported_and_one_report_moves_it_little()
    {
        Report(100, 100);
        _time.Report(3300);
        Assert.Equal(200, _time.CostUs);

        Report(10_000, 100);
        Assert.InRange(_time.CostUs, 9000, 10_000);

        Report(50, 300);
        Assert.InRange(_time.CostUs, 50, 60);
    }

    [Fact]
    public void Replies_for_which_no_handler_ran_do_not_change_how_long_handlers_take()
    {
        Report(400, Enough);
        Report(-1, 1000);

        Assert.Equal(400, _time.CostUs);
    }

    [Fact]
    public void Replies_for_which_no_handler_ran_do_not_tell_how_long_handlers_take()
    {
        Report(-1, 1000);
        Assert.Equal(HandlerTime.BudgetUs, _time.CostUs);

        _time.Report(20);
        Assert.Equal(20, _time.CostUs);
    }

    private void Report(long microseconds, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Report(microseconds);
        }
    }
}
