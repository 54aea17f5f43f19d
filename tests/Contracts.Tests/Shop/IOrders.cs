namespace Messaging.Tests.Shop;

/// <summary>The contract that these tests exercise: every kind of operation, with policies and faults.</summary>
[Service("orders"), Faults(typeof(ShopClosed))]
public interface IOrders
{
    [Operation(TimeoutMs = 5000, Idempotent = true), Faults(typeof(OutOfStock), typeof(OutOfStockForGood))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default);

    [Operation(Name = "Find.One", AtMostOnce = true)]
    Task<Quote?> FindAsync(string sku);

    Task TouchAsync(int id, CancellationToken ct = default);

    [Command(TimeoutMs = 700)]
    Task ShipAsync(Ship command, CancellationToken ct = default);

    IAsyncEnumerable<Tick> WatchAsync(Watch request, CancellationToken ct = default);
}

public sealed record QuoteRequest(string Sku, int Count);

public sealed record Quote(decimal Price);

public sealed record Ship(int Id);

public sealed record Watch(string Sku);

public sealed record Tick(int Number);
