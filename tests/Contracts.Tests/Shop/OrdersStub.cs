namespace Messaging.Tests.Shop;

/// <summary>A service whose methods tell what they were given.</summary>
internal sealed class OrdersStub : IOrders
{
    public (string Method, object Request, CancellationToken Token) Last { get; private set; }

    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default) =>
        Note(Task.FromResult(new Quote(42)), nameof(QuoteAsync), request, ct);

    public Task<Quote?> FindAsync(string sku) =>
        Note(Task.FromResult<Quote?>(null), nameof(FindAsync), sku, CancellationToken.None);

    public Task TouchAsync(int id, CancellationToken ct = default) => Note(Task.CompletedTask, nameof(TouchAsync), id, ct);

    public Task ShipAsync(Ship command, CancellationToken ct = default) => Note(Task.CompletedTask, nameof(ShipAsync), command, ct);

    public IAsyncEnumerable<Tick> WatchAsync(Watch request, CancellationToken ct = default) =>
        Note(new[] { new Tick(1), new Tick(2) }.ToAsyncEnumerable(), nameof(WatchAsync), request, ct);

    private T Note<T>(T result, string method, object request, CancellationToken token)
    {
        Last = (method, request, token);
        return result;
    }
}
