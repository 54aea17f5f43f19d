using Messaging;
using Orders.Activity;
using Orders.Contracts;

namespace Orders.Worker;

/// <summary>Middleware around every handler: tells the feed what begins and how it ends.</summary>
internal sealed class TellsTheFeed(WorkerName worker, ActivityFeed feed, TimeProvider time) : IWorkerMiddleware
{
    public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
    {
        var operation = context.Call.Operation;
        var detail = Describe(context.Request);
        var start = time.GetTimestamp();
        feed.Publish(new ActivityEntry(worker.Value, Happening.Started, operation.Name, detail));
        try
        {
            await next(context);
            Tell(operation.Kind == OperationKind.Command ? Happening.Ran : Happening.Served);
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

        void Tell(Happening happening) =>
            feed.Publish(new ActivityEntry(worker.Value, happening, operation.Name, detail, time.GetElapsedTime(start)));
    }

    private static string Describe(object request) => request switch
    {
        QuoteRequest quote => $"{quote.Quantity} x {quote.Sku}",
        PlaceOrder order => $"{order.Quantity} x {order.Sku}",
        Audit audit => audit.Name,
        Ship ship => ship.OrderId,
        Follow follow => follow.OrderId,
        _ => string.Empty,
    };
}
