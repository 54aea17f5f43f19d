using Shop;

namespace Messaging.MassTransit.Tests.Support;

/// <summary>Serves the contract as the test scripts it.</summary>
public sealed class ScriptedShop(ShopScript script) : IShop
{
    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken) => script.Quote(request, cancellationToken);

    public Task ShipAsync(Ship command, CancellationToken cancellationToken) => script.Ship(command, cancellationToken);
}

/// <summary>What the handlers of a test's worker do.</summary>
public sealed class ShopScript
{
    public Func<QuoteRequest, CancellationToken, Task<Quote>> Quote { get; init; } =
        static (request, _) => Task.FromResult(new Quote(request.Sku, 2 * request.Quantity));

    public Func<Ship, CancellationToken, Task> Ship { get; init; } = static (_, _) => Task.CompletedTask;
}
