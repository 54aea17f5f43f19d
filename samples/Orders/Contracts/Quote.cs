namespace Orders.Contracts;

/// <summary>Asks what an order would cost.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">How many, at least 1.</param>
public sealed record QuoteRequest(string Sku, int Quantity);

/// <summary>What an order would cost.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Total">The price of all of them.</param>
/// <param name="ServedBy">The worker that answered.</param>
public sealed record Quote(string Sku, int Quantity, decimal Total, string ServedBy);
