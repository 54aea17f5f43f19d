namespace Messaging.Dashboard.Tests;

/// <summary>What the dashboard shows in the tests and in the pictures.</summary>
[Service("shop")]
public interface IShop
{
    [Operation(TimeoutMs = 5000, Idempotent = true), Faults(typeof(OutOfStock))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken = default);

    [Command(MaxAttempts = 1, ImmediateRetries = 0)]
    Task ShipAsync(Ship command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Tick> WatchAsync(Watch request, CancellationToken cancellationToken = default);

    Task<Imported> ImportAsync(IAsyncEnumerable<QuoteRequest> items, CancellationToken cancellationToken = default);
}

[Service("billing")]
public interface IBilling
{
    Task<Quote> ChargeAsync(QuoteRequest request, CancellationToken cancellationToken = default);
}

public sealed record QuoteRequest(string Sku, int Quantity);

public sealed record Quote(string Sku, decimal Total, long Number);

public sealed record Ship(string OrderId, string Country, int Parcels);

public sealed record Watch(string Sku, int Count);

public sealed record Tick(int Number, string Sku);

public sealed record Imported(int Items);

public sealed class OutOfStock(string sku) : Exception($"Of {sku} there are none left.")
{
    public string Sku { get; } = sku;
}
