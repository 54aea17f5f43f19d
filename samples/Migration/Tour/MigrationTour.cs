using System.Collections.Concurrent;
using MassTransit;
using Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Migration.Contracts;
using Migration.NewSystem;
using Migration.OldSystem;

namespace Migration.Tour;

/// <summary>Moves orders from MassTransit to Messaging, step by step. At every step the old callers and shipping go on.</summary>
internal sealed class MigrationTour(Surroundings surroundings, TextWriter output) : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _shipped = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly List<IHost> _hosts = [];
    private int _step;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await surroundings.Bus.StartAsync(cancellationToken);

        await SayAsync("The system as it is: a request client, the orders consumer, the shipping consumer. All of it is MassTransit.");
        await surroundings.Bus.ConnectReceiveEndpoint("migration-shipping", endpoint => endpoint.Consumer(() => new ShippingConsumer(_shipped, _arrived))).Ready;
        var consumer = surroundings.Bus.ConnectReceiveEndpoint("migration-orders", static endpoint => endpoint.Consumer<OrdersConsumer>());
        await consumer.Ready;
        await AskOldAsync(cancellationToken);

        await SayAsync("A caller gets the contract IOrders, ViaMassTransit: the consumer does not notice, the old client goes on.");
        var web = await StartAsync(static messaging => messaging.AddRequester<IOrders>(static options => options.ViaMassTransit()), cancellationToken);
        await AskNewAsync(web, cancellationToken);
        await AskOldAsync(cancellationToken);

        await SayAsync("Orders move: a Messaging worker takes the queue over, OnMassTransit. What comes meanwhile waits in the queue; no caller changes.");
        await consumer.StopAsync(cancellationToken);
        var bridge = await StartAsync(
            static messaging => messaging
                .AddRequester<IShipping>(static options => options.ViaMassTransit())
                .AddWorker<IOrders, OrdersHandler>(static options => options.OnMassTransit(static on => on.Queue = "migration-orders")),
            cancellationToken);
        await AskOldAsync(cancellationToken);
        await AskNewAsync(web, cancellationToken);

        await SayAsync("The worker serves Messaging's own queue as well, and the new caller moves to it: deadlines, cancellation and speed are native. The old client still comes through the bridge.");
        await StartAsync(
            static messaging => messaging
                .AddRequester<IShipping>(static options => options.ViaMassTransit())
                .AddWorker<IOrders, OrdersHandler>(),
            cancellationToken);
        web = await StartAsync(static messaging => messaging.AddRequester<IOrders>(), cancellationToken);
        await AskNewAsync(web, cancellationToken);
        await AskOldAsync(cancellationToken);

        await SayAsync("The last old client is gone, and so is the bridge in front of orders. Shipping has not changed, and gets its commands.");
        _hosts.Remove(bridge);
        await StopAsync(bridge);
        await AskNewAsync(web, cancellationToken);
        await output.WriteLineAsync($"\nOrders have moved. Shipping, on MassTransit to the end, got {_shipped.Count} commands.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await StopAsync(host);
        }

        _arrived.Dispose();
    }

    private Task SayAsync(string text) => output.WriteLineAsync($"\n{++_step}. {text}");

    /// <summary>Calls as the old system does, and looks that shipping hears of it.</summary>
    private async Task AskOldAsync(CancellationToken cancellationToken)
    {
        var client = surroundings.Bus.CreateRequestClient<QuoteRequest>();
        var reply = await client.GetResponse<Quote>(new QuoteRequest("tea", 2), cancellationToken);
        await TellAsync("old client", reply.Message, cancellationToken);
        try
        {
            await client.GetResponse<Quote>(new QuoteRequest("unobtainium", 1), cancellationToken);
            throw new InvalidOperationException("The old client got a quote for what nobody has.");
        }
        catch (RequestFaultException fault)
        {
            await output.WriteLineAsync($"   old client: a fault, {fault.Fault?.Exceptions[0].ExceptionType}: {fault.Fault?.Exceptions[0].Message}");
        }
    }

    /// <summary>Calls by the contract, and looks that shipping hears of it.</summary>
    private async Task AskNewAsync(IHost web, CancellationToken cancellationToken)
    {
        var orders = web.Services.GetRequiredService<IOrders>();
        await TellAsync("new caller", await orders.QuoteAsync(new QuoteRequest("tea", 2), cancellationToken), cancellationToken);
        try
        {
            await orders.QuoteAsync(new QuoteRequest("unobtainium", 1), cancellationToken);
            throw new InvalidOperationException("The new caller got a quote for what nobody has.");
        }
        catch (OutOfStock)
        {
            await output.WriteLineAsync($"   new caller: {nameof(OutOfStock)}, as itself");
        }
    }

    private async Task TellAsync(string caller, Quote quote, CancellationToken cancellationToken)
    {
        if (!await _arrived.WaitAsync(_patience, cancellationToken))
        {
            throw new InvalidOperationException($"Shipping has not heard of what {quote.ServedBy} sold to the {caller}.");
        }

        await output.WriteLineAsync($"   {caller}: {quote.Price} for {quote.Sku}, served by {quote.ServedBy}; shipping knows");
    }

    private async Task<IHost> StartAsync(Action<MessagingBuilder> configure, CancellationToken cancellationToken)
    {
        var host = await surroundings.StartAsync(configure, cancellationToken);
        _hosts.Add(host);
        return host;
    }

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
