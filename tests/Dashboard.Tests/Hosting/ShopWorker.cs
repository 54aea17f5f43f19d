using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Messaging.Dashboard.Tests;

/// <summary>What the workers have shipped, for tests to wait for.</summary>
internal sealed class Shipped
{
    private readonly Channel<(Ship Command, IReadOnlyDictionary<string, string> Headers)> _shipped = Channel.CreateUnbounded<(Ship, IReadOnlyDictionary<string, string>)>();

    public void Add(Ship command, IReadOnlyDictionary<string, string> headers) => _shipped.Writer.TryWrite((command, headers));

    /// <summary>The next one that was shipped.</summary>
    public ValueTask<(Ship Command, IReadOnlyDictionary<string, string> Headers)> NextAsync(CancellationToken cancellationToken) => _shipped.Reader.ReadAsync(cancellationToken);
}

internal sealed class ShopWorker(Shipped shipped) : IShop
{
    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken) => request.Sku is "unicorn"
        ? throw new OutOfStock(request.Sku)
        : Task.FromResult(new Quote(request.Sku, request.Quantity * 19.90m, 9007199254740993));

    public Task ShipAsync(Ship command, CancellationToken cancellationToken)
    {
        if (command.Country is not { Length: 2 })
        {
            throw new RpcException(StatusCode.InvalidArgument, $"Order {command.OrderId} can't be shipped to '{command.Country}': the country is a code of two letters, such as DE.");
        }

        if (command.Parcels < 1)
        {
            throw new TimeoutException($"The carrier didn't take order {command.OrderId} within 30 s.");
        }

        shipped.Add(command, CallContext.Current!.Headers);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<Tick> WatchAsync(Watch request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; request.Count < 0 || number <= request.Count; number++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return new Tick(number, request.Sku);
        }
    }

    public async Task<Imported> ImportAsync(IAsyncEnumerable<QuoteRequest> items, CancellationToken cancellationToken) =>
        new(await items.CountAsync(cancellationToken));
}

internal sealed class BillingWorker : IBilling
{
    public Task<Quote> ChargeAsync(QuoteRequest request, CancellationToken cancellationToken) => Task.FromResult(new Quote(request.Sku, 1, 1));
}
