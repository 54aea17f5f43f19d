using Messaging.Tests.Shop;

namespace Messaging.Tests;

public sealed class ProxyTests
{
    private readonly RecordingInvoker _invoker = new();

    private IOrders Orders => ServiceContract.Of<IOrders>().CreateProxy(_invoker, options: null);

    [Fact]
    public async Task A_call_goes_through_the_invoker_and_its_task_is_handed_on()
    {
        using var cancellation = new CancellationTokenSource();
        var request = new QuoteRequest("tea", 2);
        _invoker.Answer = new Quote(7);

        var task = Orders.QuoteAsync(request, cancellation.Token);

        var invocation = Assert.Single(_invoker.Invocations);
        Assert.Equal(OperationKind.Call, invocation.Door);
        Assert.Equal("orders/Quote", invocation.Operation.FullName);
        Assert.Same(request, invocation.Request);
        Assert.Null(invocation.Options);
        Assert.Equal(cancellation.Token, invocation.Token);
        Assert.Same(invocation.Result, task);
        Assert.Same(_invoker.Answer, await task);
    }

    [Fact]
    public async Task A_call_without_a_reply_asks_for_nothing()
    {
        var task = Orders.TouchAsync(3, TestContext.Current.CancellationToken);

        var invocation = Assert.Single(_invoker.Invocations);
        Assert.Equal(OperationKind.Call, invocation.Door);
        Assert.Equal(typeof(Nothing), invocation.Operation.ReplyType);
        Assert.Equal(3, invocation.Request);
        Assert.Same(invocation.Result, task);
        await task;
    }

    [Fact]
    public void A_command_is_sent_and_its_confirm_is_awaited()
    {
        var task = Orders.ShipAsync(new Ship(4), TestContext.Current.CancellationToken);

        var invocation = Assert.Single(_invoker.Invocations);
        Assert.Equal(OperationKind.Command, invocation.Door);
        Assert.Equal(OperationKind.Command, invocation.Operation.Kind);
        Assert.Same(invocation.Result, task);
        Assert.False(task.IsCompleted);
    }

    [Fact]
    public void A_stream_is_the_invokers()
    {
        var stream = Orders.WatchAsync(new Watch("tea"), TestContext.Current.CancellationToken);

        var invocation = Assert.Single(_invoker.Invocations);
        Assert.Equal(OperationKind.ReplyStream, invocation.Door);
        Assert.Equal(typeof(Tick), invocation.Operation.ReplyType);
        Assert.Equal(TestContext.Current.CancellationToken, invocation.Token);
        Assert.Same(invocation.Result, stream);
    }

    [Fact]
    public async Task A_method_without_a_token_cannot_be_cancelled()
    {
        Assert.Null(await Orders.FindAsync("tea"));

        Assert.Equal(CancellationToken.None, Assert.Single(_invoker.Invocations).Token);
    }

    [Fact]
    public void Descriptors_say_what_the_contract_says()
    {
        var operations = ServiceContract.Of<IOrders>().Operations;

        Assert.Equal(
            [OperationKind.Call, OperationKind.Call, OperationKind.Call, OperationKind.Command, OperationKind.ReplyStream],
            operations.Select(operation => operation.Kind));
        Assert.Equal(
            [TimeSpan.FromSeconds(5), null, null, TimeSpan.FromMilliseconds(700), null],
            operations.Select(operation => operation.Timeout));
        Assert.Equal([true, false, false, false, false], operations.Select(operation => operation.Idempotent));
        Assert.Equal([false, true, false, false, false], operations.Select(operation => operation.AtMostOnce));
        Assert.Equal(
            [typeof(QuoteRequest), typeof(string), typeof(int), typeof(Ship), typeof(Watch)],
            operations.Select(operation => operation.RequestType));
        Assert.Equal(
            [typeof(Quote), typeof(Quote), typeof(Nothing), typeof(Nothing), typeof(Tick)],
            operations.Select(operation => operation.ReplyType));
    }

    [Fact]
    public async Task Inherited_operations_are_called_under_the_contracts_own_name()
    {
        var contract = ServiceContract.Of<IReturnsV2>();
        var returns = contract.CreateProxy(_invoker, options: null);

        await returns.CountAsync("all");
        await returns.GetAsync("1", TestContext.Current.CancellationToken);
        await returns.ReturnAsync(new Ship(1), TestContext.Current.CancellationToken);
        await returns.Invoker(5);

        Assert.Equal(
            ["returns.v2/Count", "returns.v2/Get", "returns.v2/Return", "returns.v2/Invoker"],
            _invoker.Invocations.Select(invocation => invocation.Operation.FullName));
        Assert.Equal(contract.Operations, _invoker.Invocations.Select(invocation => invocation.Operation));
        Assert.True(contract.Operations[0].Idempotent);
    }
}
