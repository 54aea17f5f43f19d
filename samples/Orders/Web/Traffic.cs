using Messaging;
using Orders.Activity;
using Orders.Contracts;
using Orders.Worker;

namespace Orders.Web;

/// <summary>A few customers, so that there is something to see: quotes mostly, now and then an order, its shipping, an audit.</summary>
internal sealed class Traffic(IOrders orders, ActivityFeed feed, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var visit = 1; !stoppingToken.IsCancellationRequested; visit++)
        {
            try
            {
                await VisitAsync(visit, stoppingToken);
            }
            catch (OutOfStock)
            {
                // The customer wanted a unicorn: the live view counts the fault where it was thrown.
            }
            catch (RpcException failure)
            {
                feed.Publish(new ActivityEntry("traffic", Happening.Warned, Detail: failure.Message));
            }

            await Task.Delay(_pause, time, stoppingToken);
        }
    }

    private async Task VisitAsync(int visit, CancellationToken ct)
    {
        var sku = Catalogue.InStock[visit % Catalogue.InStock.Count];
        await orders.QuoteAsync(new QuoteRequest(visit % 9 == 0 ? Catalogue.SoldOut : sku, 1 + (visit % 5)), ct);
        if (visit % 3 == 0)
        {
            var placed = await orders.PlaceAsync(new PlaceOrder(sku, 2), ct);
            await orders.ShipAsync(new Ship(placed.OrderId), ct);
        }

        if (visit % 90 == 1)
        {
            // Somebody has mistyped a number: it lies among the dead letters, to be repaired in the dashboard.
            await orders.ShipAsync(new Ship($"10o{visit}"), ct);
        }

        if (visit % 10 == 0)
        {
            await orders.AuditAsync(new Audit($"round-{visit}", Shelves: 5), ct);
        }
    }
}
