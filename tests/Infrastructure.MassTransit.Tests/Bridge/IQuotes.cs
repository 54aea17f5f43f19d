using Shop;

namespace Messaging.MassTransit.Tests.Bridge;

/// <summary>A contract whose handler sends a command.</summary>
[Service("quotes")]
public interface IQuotes
{
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken = default);
}

/// <summary>Counts the attempts.</summary>
public sealed class OutboxScript
{
    public int Attempts { get; set; }
}

/// <summary>Sends a command in every attempt, and fails in the first.</summary>
public sealed class QuotesThatShip(IShop shop, OutboxScript script) : IQuotes
{
    public async Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken)
    {
        script.Attempts++;
        await shop.ShipAsync(new Ship($"attempt {script.Attempts}"), cancellationToken);
        return script.Attempts == 1 ? throw new InvalidOperationException("not yet") : new Quote(request.Sku, 1);
    }
}
