using Messaging;

namespace Migration.Contracts;

/// <summary>What is new in step 2: the messages of orders, written down as a contract.</summary>
[Service("orders")]
public interface IOrders
{
    [Operation(TimeoutMs = 30_000), Faults(typeof(OutOfStock))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken cancellationToken = default);
}

/// <summary>Shipping stays on MassTransit; the contract is all that its callers need.</summary>
[Service("shipping")]
public interface IShipping
{
    [Command]
    Task ShipAsync(Ship command, CancellationToken cancellationToken = default);
}
