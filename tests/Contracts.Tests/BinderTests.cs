using Messaging.Tests.Shop;

namespace Messaging.Tests;

public sealed class BinderTests
{
    private readonly RecordingBinder<IOrders> _binder = new();
    private readonly OrdersStub _orders = new();

    public BinderTests() => ServiceContract.Of<IOrders>().Bind(_binder);

    [Fact]
    public void Every_operation_is_bound_once_by_its_own_door()
    {
        Assert.Equal(["call", "call", "action", "action", "stream"], _binder.Bindings.Select(binding => binding.Door));
        Assert.Equal(ServiceContract.Of<IOrders>().Operations, _binder.Bindings.Select(binding => binding.Operation));
    }

    [Fact]
    public async Task A_call_runs_the_method()
    {
        using var cancellation = new CancellationTokenSource();
        var request = new QuoteRequest("tea", 1);

        var quote = await _binder.Handler<Func<IOrders, QuoteRequest, CancellationToken, Task<Quote>>>("Quote")(
            _orders, request, cancellation.Token);

        Assert.Equal(new Quote(42), quote);
        Assert.Equal((nameof(IOrders.QuoteAsync), request, cancellation.Token), _orders.Last);
    }

    [Fact]
    public async Task A_method_without_a_token_is_run_without()
    {
        using var cancellation = new CancellationTokenSource();

        Assert.Null(await _binder.Handler<Func<IOrders, string, CancellationToken, Task<Quote?>>>("Find.One")(
            _orders, "tea", cancellation.Token));

        Assert.Equal((nameof(IOrders.FindAsync), "tea", CancellationToken.None), _orders.Last);
    }

    [Fact]
    public async Task Actions_run_the_method()
    {
        var ship = new Ship(1);

        await _binder.Handler<Func<IOrders, int, CancellationToken, Task>>("Touch")(_orders, 5, CancellationToken.None);
        Assert.Equal((nameof(IOrders.TouchAsync), 5, CancellationToken.None), _orders.Last);
        await _binder.Handler<Func<IOrders, Ship, CancellationToken, Task>>("Ship")(_orders, ship, CancellationToken.None);
        Assert.Equal((nameof(IOrders.ShipAsync), ship, CancellationToken.None), _orders.Last);
    }

    [Fact]
    public async Task A_stream_runs_the_method()
    {
        var stream = _binder.Handler<Func<IOrders, Watch, CancellationToken, IAsyncEnumerable<Tick>>>("Watch")(
            _orders, new Watch("tea"), CancellationToken.None);

        Assert.Equal([new Tick(1), new Tick(2)], await stream.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Handlers_capture_nothing()
    {
        var again = new RecordingBinder<IOrders>();
        ServiceContract.Of<IOrders>().Bind(again);

        Assert.Equal(
            _binder.Bindings.Select(binding => binding.Handler),
            again.Bindings.Select(binding => binding.Handler),
            ReferenceEqualityComparer.Instance);
    }

    [Fact]
    public void Inherited_operations_are_bound()
    {
        var binder = new RecordingBinder<IReturnsV2>();
        ServiceContract.Of<IReturnsV2>().Bind(binder);

        Assert.Equal(["Count", "Get", "Return", "Invoker"], binder.Bindings.Select(binding => binding.Operation.Name));
    }
}
