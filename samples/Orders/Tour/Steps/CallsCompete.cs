using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>Sixty calls at once: the queue spreads them over whoever serves.</summary>
internal sealed class CallsCompete : ITourStep
{
    private const int Calls = 60;

    public string Title => "Calls spread over competing workers";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var quotes = await Task.WhenAll(Enumerable.Range(1, Calls)
            .Select(quantity => stage.Orders.QuoteAsync(new QuoteRequest("tea", quantity), ct)));
        var shares = stage.Workers.Select(worker => (Worker: worker, Served: quotes.Count(quote => quote.ServedBy == worker))).ToList();
        var told = string.Join(", ", shares.Select(share => $"{share.Worker} served {share.Served}"));
        UnexpectedException.Unless(shares.Sum(share => share.Served) == Calls, $"somebody else served some of the {Calls} calls: {told}");
        UnexpectedException.Unless(shares.TrueForAll(share => share.Served > 0), $"not every worker served: {told}");
        return told;
    }
}
