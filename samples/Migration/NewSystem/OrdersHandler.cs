using Migration.Contracts;

namespace Migration.NewSystem;

/// <summary>Orders as they become: the same work, as an implementation of the contract.</summary>
internal sealed class OrdersHandler(IShipping shipping) : IOrders
{
    public async Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken)
    {
        if (string.Equals(request.Sku, "unobtainium", StringComparison.Ordinal))
        {
            throw new OutOfStock(request.Sku);
        }

        await shipping.ShipAsync(new Ship(request.Sku), cancellationToken);
        return new Quote(request.Sku, 2.5m * request.Quantity, "the Messaging worker");
    }
}
