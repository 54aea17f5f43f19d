using Orders.Contracts;

namespace Orders.Web;

/// <summary>The HTTP endpoints: each is one call, or one command, to whichever worker is free.</summary>
internal static class OrderEndpoints
{
    public static void MapOrders(this WebApplication app)
    {
        // Outermost first: the feed sees the answer that the problems made.
        var api = app.MapGroup(string.Empty).AddEndpointFilter<AnswersToFeed>().AddEndpointFilter<RpcProblems>();

        api.MapGet("/quotes/{sku}", async (string sku, int? quantity, IOrders orders, CancellationToken aborted) =>
            TypedResults.Ok(await orders.QuoteAsync(new QuoteRequest(sku, quantity ?? 1), aborted)));

        api.MapPost("/orders", async (PlaceOrder order, IOrders orders, CancellationToken aborted) =>
            TypedResults.Created((string?)null, await orders.PlaceAsync(order, aborted)));

        // Accepted is what a command says: the broker has it safe, and a worker will run it.
        api.MapPost("/orders/{orderId}/ship", async (string orderId, IOrders orders, CancellationToken aborted) =>
        {
            await orders.ShipAsync(new Ship(orderId), aborted);
            return TypedResults.Accepted((string?)null);
        });

        // Slow on purpose. End the request (Ctrl+C in curl) and the handler stops in its worker.
        api.MapGet("/audits/{name}", async (string name, int? shelves, IOrders orders, CancellationToken aborted) =>
            TypedResults.Ok(await orders.AuditAsync(new Audit(name, shelves ?? 20), aborted)));

        // Nobody serves returns: 503 at once.
        api.MapPost("/orders/{orderId}/return", async (string orderId, IReturns returns, CancellationToken aborted) =>
            TypedResults.Ok(await returns.RequestLabelAsync(new ReturnRequest(orderId), aborted)));

        // A stream from a worker to the browser. Close the page and the handler stops.
        api.MapGet("/orders/{orderId}/status", (string orderId, IOrders orders, CancellationToken aborted) =>
            TypedResults.ServerSentEvents(orders.FollowAsync(new Follow(orderId), aborted), eventType: "status"));
        app.MapGet("/orders/{orderId}", () => TypedResults.Text(StatusPage.Html, "text/html"));

        app.MapGet("/health", () => TypedResults.Text("healthy"));
    }
}
