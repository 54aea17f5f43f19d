using Messaging.Tests.Shop;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Tests;

public sealed class CallContextTests
{
    private static readonly OperationDescriptor _operation = ServiceContract.Of<IOrders>().Operations[0];

    [Fact]
    public void Outside_of_a_handler_there_is_none() => Assert.Null(CallContext.Current);

    [Fact]
    public async Task It_flows_with_the_handler()
    {
        var context = new CallContext(_operation);

        using (context.Enter())
        {
            await Task.Yield();
            Assert.Same(context, CallContext.Current);
        }

        Assert.Null(CallContext.Current);
    }

    [Fact]
    public void Leaving_an_inner_context_brings_the_outer_one_back()
    {
        var outer = new CallContext(_operation);
        var inner = new CallContext(_operation);

        using (outer.Enter())
        {
            using (inner.Enter())
            {
                Assert.Same(inner, CallContext.Current);
            }

            Assert.Same(outer, CallContext.Current);
        }

        Assert.Null(CallContext.Current);
    }

    [Fact]
    public async Task What_a_handler_enters_is_not_seen_by_its_siblings()
    {
        var first = new CallContext(_operation);
        var second = new CallContext(_operation);

        await Task.WhenAll(Serve(first), Serve(second));

        Assert.Null(CallContext.Current);

        static async Task Serve(CallContext context)
        {
            using var scope = context.Enter();
            await Task.Yield();
            Assert.Same(context, CallContext.Current);
        }
    }

    [Fact]
    public void The_remaining_time_runs_down_and_never_below_zero()
    {
        var time = new FakeTimeProvider();
        var context = new CallContext(_operation, TimeSpan.FromSeconds(3), time);

        Assert.Equal(TimeSpan.FromSeconds(3), context.RemainingTime);
        Assert.False(context.DeadlineExceeded);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(1), context.RemainingTime);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, context.RemainingTime);
        Assert.True(context.DeadlineExceeded);
    }

    [Fact]
    public void Without_a_deadline_time_is_endless()
    {
        var context = new CallContext(_operation);

        Assert.Equal(Timeout.InfiniteTimeSpan, context.RemainingTime);
        Assert.False(context.DeadlineExceeded);
    }

    [Fact]
    public void A_context_starts_as_the_first_attempt_without_headers()
    {
        var context = new CallContext(_operation);

        Assert.Equal(1, context.Attempt);
        Assert.Empty(context.Headers);
        Assert.Null(context.Caller);
        Assert.Null(context.CorrelationId);
        Assert.Same(_operation, context.Operation);
    }
}
