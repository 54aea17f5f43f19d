namespace Messaging.Gateway.Tests.Explorer;

/// <summary>What the explorer shows in the tests and in the pictures: an operation of each kind.</summary>
[Service("orders")]
public interface IOrders
{
    [Operation(TimeoutMs = 5000, Idempotent = true), Faults(typeof(OutOfStock))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken = default);

    [Command]
    Task ShipAsync(Ship command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Tick> WatchAsync(Watch request, CancellationToken cancellationToken = default);

    Task<Imported> ImportAsync(IAsyncEnumerable<Line> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Quote> NegotiateAsync(IAsyncEnumerable<Line> items, CancellationToken cancellationToken = default);
}

[Service("catalog")]
public interface ICatalog
{
    [Operation(Idempotent = true)]
    Task<Category> BrowseAsync(Category request, CancellationToken cancellationToken = default);

    Task ForgetAsync(Watch request, CancellationToken cancellationToken = default);
}

public sealed record QuoteRequest(string Customer, IReadOnlyList<Line> Lines, Address? DeliverTo, DateOnly? NeededBy);

public sealed record Line(string Sku, int Quantity);

public sealed record Address(string Street, string City, string Country);

public sealed record Quote(string Customer, decimal Total, string Currency, long Number, IReadOnlyList<Line> Lines, DateTimeOffset ValidUntil);

public sealed record Ship(string OrderId, Address To, Carrier Carrier);

/// <param name="Sku">What to watch.</param>
/// <param name="Count">How many ticks come; -1 for no end.</param>
public sealed record Watch(string Sku, int Count);

public sealed record Tick(int Number, string Sku, decimal Price);

public sealed record Imported(int Lines);

/// <summary>A type that contains itself.</summary>
public sealed record Category(string Name, IReadOnlyList<Category> Children, Category? Parent);

public enum Carrier
{
    Post,
    Courier,
}

public sealed class OutOfStock(string sku, int left) : Exception($"Of {sku} there are {left} left.")
{
    public string Sku { get; } = sku;

    public int Left { get; } = left;
}
