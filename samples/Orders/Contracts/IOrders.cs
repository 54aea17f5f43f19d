using Messaging;

namespace Orders.Contracts;

/// <summary>The orders service: what the web app calls and any number of workers compete to serve.</summary>
[Service("orders")]
public interface IOrders
{
    /// <summary>Prices an order. Asking twice is as good as once, so it may be retried.</summary>
    [Operation(TimeoutMs = 5000, Idempotent = true), Faults(typeof(OutOfStock))]
    Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default);

    /// <summary>Places an order. Placing twice would be wrong: a redelivery is answered with "may have run" instead of run.</summary>
    [Operation(TimeoutMs = 5000, AtMostOnce = true), Faults(typeof(OutOfStock))]
    Task<OrderPlaced> PlaceAsync(PlaceOrder request, CancellationToken ct = default);

    /// <summary>Counts shelves, a tenth of a second each: long enough to time out, to be cancelled, to lose its worker.</summary>
    [Operation(TimeoutMs = 30_000, Idempotent = true)]
    Task<AuditReport> AuditAsync(Audit request, CancellationToken ct = default);

    /// <summary>Tells of an order's way as it goes, until it has arrived or nobody reads any more.</summary>
    IAsyncEnumerable<OrderStatus> FollowAsync(Follow request, CancellationToken ct = default);

    /// <summary>Ships an order. Completes when the broker has the command safe, not when the parcel has left.</summary>
    [Command]
    Task ShipAsync(Ship command, CancellationToken ct = default);
}
