namespace Shop;

/// <summary>Messaging's contract of the service that both systems know. The other one has types of the same names in an assembly of its own.</summary>
[Messaging.Service("shop")]
public interface IShop
{
    [Messaging.Operation(TimeoutMs = 30_000), Messaging.Faults(typeof(OutOfStock))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken = default);

    [Messaging.Command]
    Task ShipAsync(Ship command, CancellationToken cancellationToken = default);
}

public sealed record QuoteRequest(string Sku, int Quantity);

public sealed record Quote(string Sku, decimal Price);

public sealed record Ship(string Order);

public sealed class OutOfStock(string sku, int left) : Exception($"{left} of {sku} left.")
{
    public string Sku { get; } = sku;

    public int Left { get; } = left;
}
