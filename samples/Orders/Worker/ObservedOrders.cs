using System.Diagnostics.CodeAnalysis;
using Messaging;
using Orders.Activity;
using Orders.Contracts;

namespace Orders.Worker;

/// <summary>Serves as <see cref="OrdersHandler"/> does and tells the feed of it.</summary>
internal sealed class ObservedOrders(OrdersHandler inner, WorkerName worker, ActivityFeed feed, TimeProvider time) : IOrders
{
    public Task<Quote> QuoteAsync(QuoteRequest request, CancellationToken ct = default) =>
        ObserveAsync("Quote", $"{request.Quantity} x {request.Sku}", () => inner.QuoteAsync(request, ct));

    public Task<OrderPlaced> PlaceAsync(PlaceOrder request, CancellationToken ct = default) =>
        ObserveAsync("Place", $"{request.Quantity} x {request.Sku}", () => inner.PlaceAsync(request, ct));

    public Task<AuditReport> AuditAsync(Audit request, CancellationToken ct = default) =>
        ObserveAsync("Audit", request.Name, () => inner.AuditAsync(request, ct));

    public Task ShipAsync(Ship command, CancellationToken ct = default) =>
        ObserveAsync("Ship", command.OrderId, async () =>
        {
            await inner.ShipAsync(command, ct);
            return Nothing.Value;
        });

    [SuppressMessage("Usage", "MA0147", Justification = "Awaited.")]
    private async Task<T> ObserveAsync<T>(string operation, string detail, Func<Task<T>> serve)
    {
        var start = time.GetTimestamp();
        Tell(Happening.Started);
        try
        {
            var reply = await serve();
            Tell(typeof(T) == typeof(Nothing) ? Happening.Ran : Happening.Served);
            return reply;
        }
        catch (OperationCanceledException)
        {
            Tell(Happening.Stopped);
            throw;
        }
        catch (Exception)
        {
            Tell(Happening.Faulted);
            throw;
        }

        void Tell(Happening happening) => feed.Publish(new ActivityEntry(
            worker.Value, happening, operation, detail, happening == Happening.Started ? default : time.GetElapsedTime(start)));
    }
}
