namespace Orders.Contracts;

/// <summary>Asks for news of an order.</summary>
/// <param name="OrderId">The order's number.</param>
public sealed record Follow(string OrderId);

/// <summary>How far an order has come.</summary>
/// <param name="OrderId">The order's number.</param>
/// <param name="Stage">Where it is.</param>
/// <param name="Percent">How much of its way lies behind it.</param>
/// <param name="Worker">Who says so.</param>
public sealed record OrderStatus(string OrderId, string Stage, int Percent, string Worker);
