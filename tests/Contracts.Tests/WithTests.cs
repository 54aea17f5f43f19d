using Messaging.Tests.Shop;

namespace Messaging.Tests;

public sealed class WithTests
{
    private readonly RecordingInvoker _invoker = new();

    [Fact]
    public async Task Options_go_with_every_call_of_the_new_proxy_and_leave_the_old_one_alone()
    {
        var orders = ServiceContract.Of<IOrders>().CreateProxy(_invoker, options: null);
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(1) };

        await orders.With(options).FindAsync("a");
        await orders.FindAsync("b");

        Assert.Equal([options, null], _invoker.Invocations.Select(invocation => invocation.Options));
    }

    [Fact]
    public async Task Options_are_laid_over_those_the_proxy_has()
    {
        var orders = ServiceContract.Of<IOrders>().CreateProxy(
            _invoker,
            new CallOptions
            {
                Timeout = TimeSpan.FromSeconds(1),
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "a", ["user"] = "b" },
            });

        await orders
            .With(new CallOptions { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["user"] = "c" } })
            .With(new CallOptions { Timeout = TimeSpan.FromSeconds(2) })
            .FindAsync("a");

        var options = Assert.Single(_invoker.Invocations).Options!;
        Assert.Equal(TimeSpan.FromSeconds(2), options.Timeout);
        Assert.Equal("a", options.Headers!["tenant"]);
        Assert.Equal("c", options.Headers["user"]);
    }

    [Fact]
    public void A_fake_is_returned_as_it_is()
    {
        var fake = new OrdersStub();

        Assert.Same(fake, fake.With(new CallOptions()));
    }

    [Fact]
    public async Task A_proxy_seen_through_a_base_contract_keeps_its_own_contract()
    {
        IReturns returns = ServiceContract.Of<IReturnsV2>().CreateProxy(_invoker, options: null);
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(1) };

        var with = returns.With(options);
        await with.CountAsync("all");

        Assert.IsType<IReturnsV2>(with, exactMatch: false);
        var invocation = Assert.Single(_invoker.Invocations);
        Assert.Equal("returns.v2/Count", invocation.Operation.FullName);
        Assert.Equal(options, invocation.Options);
    }

    [Fact]
    public void Null_is_refused()
    {
        IOrders? none = null;

        Assert.Throws<ArgumentNullException>("service", () => none!.With(new CallOptions()));
        Assert.Throws<ArgumentNullException>("options", () => new OrdersStub().With(null!));
    }
}
