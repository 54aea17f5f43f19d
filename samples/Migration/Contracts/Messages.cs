namespace Migration.Contracts;

// The messages of the old system. They stay as they are: their namespace and names are what is on MassTransit's wire.
public sealed record QuoteRequest(string Sku, int Quantity);

public sealed record Quote(string Sku, decimal Price, string ServedBy);

public sealed record Ship(string Sku);

public sealed class OutOfStock(string sku) : Exception($"There is no {sku} left.")
{
    public string Sku { get; } = sku;
}
