namespace Orders.Contracts;

/// <summary>Places an order.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">How many, at least 1.</param>
public sealed record PlaceOrder(string Sku, int Quantity);

/// <summary>An order that was placed.</summary>
/// <param name="OrderId">Its number, for <see cref="Ship"/>.</param>
/// <param name="Total">Its price.</param>
/// <param name="ServedBy">The worker that answered.</param>
public sealed record OrderPlaced(string OrderId, decimal Total, string ServedBy);
