using System.Runtime.CompilerServices;

namespace Messaging.Gateway.Tests.Explorer;

internal sealed class OrdersWorker : IOrders
{
    private static readonly DateTimeOffset _validUntil = new(2030, 1, 31, 18, 0, 0, TimeSpan.Zero);

    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken)
    {
        if (request.Lines.FirstOrDefault(static line => line.Sku is "unicorn") is { } line)
        {
            throw new OutOfStock(line.Sku, 0);
        }

        CallContext.Current!.ResponseHeaders["served-by"] = "worker-1";
        var total = request.Lines.Sum(static line => line.Quantity * 19.90m);

        // More than JavaScript's numbers can hold.
        return Task.FromResult(new Quote(request.Customer, total, "EUR", 9007199254740993, request.Lines, _validUntil));
    }

    public Task ShipAsync(Ship command, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<Tick> WatchAsync(Watch request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; request.Count < 0 ? number <= 3 : number <= request.Count; number++)
        {
            yield return new Tick(number, request.Sku, 19.90m + (number * 0.05m));
        }

        if (request.Count < 0)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (request.Sku is "unicorn")
        {
            throw new RpcException(StatusCode.NotFound, "The last unicorn has left.");
        }
    }

    public async Task<Imported> ImportAsync(IAsyncEnumerable<Line> items, CancellationToken cancellationToken) =>
        new(await items.CountAsync(cancellationToken));

    public async IAsyncEnumerable<Quote> NegotiateAsync(IAsyncEnumerable<Line> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in items.WithCancellation(cancellationToken))
        {
            yield return new Quote("<b>anyone</b>", line.Quantity * 18m, "EUR", line.Quantity, [line], _validUntil);
        }
    }
}

internal sealed class CatalogWorker : ICatalog
{
    public Task<Category> BrowseAsync(Category request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task ForgetAsync(Watch request, CancellationToken cancellationToken) => Task.CompletedTask;
}
