using MassTransit;
using Migration.Contracts;

namespace Migration.OldSystem;

/// <summary>Orders as they were: a consumer that answers, and has what was sold shipped.</summary>
internal sealed class OrdersConsumer : IConsumer<QuoteRequest>
{
    public async Task Consume(ConsumeContext<QuoteRequest> context)
    {
        var request = context.Message;
        if (string.Equals(request.Sku, "unobtainium", StringComparison.Ordinal))
        {
            throw new OutOfStock(request.Sku);
        }

        await context.Publish(new Ship(request.Sku));
        await context.RespondAsync(new Quote(request.Sku, 2.5m * request.Quantity, "the MassTransit consumer"));
    }
}
