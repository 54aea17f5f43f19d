namespace Orders.Contracts;

/// <summary>There is not enough of an article. Declared on the contract, so it arrives at the caller as itself.</summary>
/// <param name="sku">The article.</param>
/// <param name="left">How many are left.</param>
public sealed class OutOfStock(string sku, int left) : Exception($"Only {left} of '{sku}' left.")
{
    /// <summary>The article.</summary>
    public string Sku { get; } = sku;

    /// <summary>How many are left.</summary>
    public int Left { get; } = left;
}
