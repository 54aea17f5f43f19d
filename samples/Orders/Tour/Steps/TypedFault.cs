using Orders.Contracts;
using Orders.Worker;

namespace Orders.Tour.Steps;

/// <summary>An exception that the contract declares arrives as that exception, with its data.</summary>
internal sealed class TypedFault : ITourStep
{
    public string Title => "A typed fault arrives as itself";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        try
        {
            await stage.Orders.QuoteAsync(new QuoteRequest(Catalogue.SoldOut, 2), ct);
        }
        catch (OutOfStock fault) when (fault is { Sku: Catalogue.SoldOut, Left: 0 })
        {
            return $"catch (OutOfStock fault): sku '{fault.Sku}', {fault.Left} left";
        }

        throw new UnexpectedException("a sold-out article was quoted");
    }
}
