namespace Messaging.Tests.Shop;

public class OutOfStock(string sku, int left) : Exception($"{left} left of {sku}.")
{
    public string Sku { get; } = sku;

    public int Left { get; } = left;
}

public sealed class OutOfStockForGood(string sku, int left, ShelfReason reason, ShelfReason? before, DateTimeOffset? since)
    : OutOfStock(sku, left)
{
    public ShelfReason Reason { get; } = reason;

    public ShelfReason? Before { get; } = before;

    public DateTimeOffset? Since { get; } = since;
}

public sealed class ShopClosed : Exception
{
    public ShopClosed()
    {
    }

    public ShopClosed(string message)
        : base(message)
    {
    }

    public ShopClosed(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

public enum ShelfReason : byte
{
    Unknown = 0,
    Discontinued = 3,
}
