namespace Shop;

/// <summary>The same names as the types of Messaging's contract, and so the same URNs, in an assembly of its own.</summary>
public record QuoteRequest
{
    public string Sku { get; init; } = "";

    public int Quantity { get; init; }
}

public record Quote
{
    public string Sku { get; init; } = "";

    public decimal Price { get; init; }
}

public record Ship
{
    public string Order { get; init; } = "";
}

/// <summary>Has the name of the contract's fault.</summary>
public sealed class OutOfStock(string message) : Exception(message);
