namespace Orders.Contracts;

/// <summary>Ships an order.</summary>
/// <param name="OrderId">The order's number.</param>
public sealed record Ship(string OrderId);
