using System.Globalization;
using System.Runtime.CompilerServices;
using Messaging;
using Orders.Contracts;

namespace Orders.Worker;

/// <summary>Serves <see cref="IOrders"/>: a plain class, made anew for every call by dependency injection.</summary>
internal sealed class OrdersHandler(WorkerName worker, TimeProvider time) : IOrders
{
    private static readonly TimeSpan _shelf = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _packing = TimeSpan.FromMilliseconds(50);

    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default) =>
        Task.FromResult(new Quote(request.Sku, request.Quantity, Price(request.Sku, request.Quantity), worker.Value));

    public Task<OrderPlaced> PlaceAsync(PlaceOrder request, CancellationToken ct = default)
    {
        var total = Price(request.Sku, request.Quantity);
        var orderId = Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture);
        return Task.FromResult(new OrderPlaced(orderId, total, worker.Value));
    }

    public async Task<AuditReport> AuditAsync(Audit request, CancellationToken ct = default)
    {
        var items = 0;
        for (var shelf = 0; shelf < request.Shelves; shelf++)
        {
            // The token ends with the caller's cancellation or deadline, wherever the caller is: no shelf is counted for nobody.
            await Task.Delay(_shelf, time, ct);
            items += 40;
        }

        return new AuditReport(request.Name, items, worker.Value, CallContext.Current?.Attempt ?? 1);
    }

    public async IAsyncEnumerable<OrderStatus> FollowAsync(Follow request, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var percent = 0; percent <= 100; percent += 5)
        {
            // The reader's pace is the pace here: who reads slowly is told slowly.
            yield return new OrderStatus(request.OrderId, Stage(percent), percent, worker.Value);
            await Task.Delay(_step, time, ct);
        }
    }

    public Task ShipAsync(Ship command, CancellationToken ct = default) => command.OrderId.All(char.IsAsciiHexDigit)
        ? Task.Delay(_packing, time, ct)
        : throw new RpcException(StatusCode.InvalidArgument, $"'{command.OrderId}' is no order number: it has digits and the letters a to f.");

    private static string Stage(int percent) => percent switch
    {
        < 20 => "picked",
        < 40 => "packed",
        < 100 => "on its way",
        _ => "delivered",
    };

    private static decimal Price(string sku, int quantity)
    {
        if (quantity < 1)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"quantity is {quantity}: order at least 1.");
        }

        if (!Catalogue.TryFind(sku, out var article))
        {
            throw new RpcException(StatusCode.NotFound, $"There is no article '{sku}': try {string.Join(", ", Catalogue.InStock)}.");
        }

        return quantity <= article.Stock ? article.Price * quantity : throw new OutOfStock(sku, article.Stock);
    }
}
