extern alias legacy;

using System.Collections.Concurrent;
using MassTransit;
using Messaging.MassTransit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop;
using Legacy = legacy::Shop;

namespace Messaging.MassTransit.Tests.Bridge;

/// <summary>Clients written with MassTransit call, and send to, a worker of Messaging's and can't tell.</summary>
public sealed class ServeClientsTests(BrokerFixture fixture) : BridgeTest(fixture)
{
    [Theory]
    [InlineData(null)]
    [InlineData("queue:shop")]
    public async Task A_request_client_is_answered(string? address)
    {
        await ServeAsync(new ShopScript());
        var client = await ClientAsync();

        var reply = await SoonAsync(RequestClient(client, address).GetResponse<Legacy.Quote>(new Legacy.QuoteRequest { Sku = "tea", Quantity = 2 }, Token));

        Assert.Equal(("tea", 4m), (reply.Message.Sku, reply.Message.Price));
    }

    [Fact]
    public async Task A_handler_s_exception_is_a_fault_for_the_client_and_leaves_the_message_in_the_error_queue()
    {
        await ServeAsync(new ShopScript { Quote = static (request, _) => throw new Shop.OutOfStock(request.Sku, 3) });
        var client = await ClientAsync();

        var fault = await Assert.ThrowsAsync<RequestFaultException>(
            () => SoonAsync(RequestClient(client).GetResponse<Legacy.Quote>(new Legacy.QuoteRequest { Sku = "tea", Quantity = 4 }, Token)));

        var remote = Assert.Single(fault.Fault!.Exceptions);
        Assert.Equal(("Shop.OutOfStock", "3 of tea left."), (remote.ExceptionType, remote.Message));
        await HoldsAsync("shop_error", 1);
    }

    [Fact]
    public async Task The_handler_has_the_headers_the_ids_and_the_deadline_of_the_message()
    {
        var seen = Signal<(CallContext Context, TimeSpan Left)>();
        await ServeAsync(new ShopScript
        {
            Quote = (request, _) =>
            {
                seen.TrySetResult((CallContext.Current!, CallContext.Current!.RemainingTime));
                CallContext.Current.ResponseHeaders["origin"] = "shop-7";
                return Task.FromResult(new Quote(request.Sku, 1));
            },
        });
        var client = await ClientAsync();
        var id = NewId.NextGuid();

        var reply = await SoonAsync(RequestClient(client).GetResponse<Legacy.Quote>(
            new Legacy.QuoteRequest { Sku = "tea" },
            pipe => pipe.UseExecute(context => { context.MessageId = id; context.Headers.Set("tenant", "Ærø"); }),
            Token,
            RequestTimeout.After(s: 50)));

        var (context, left) = await SoonAsync(seen.Task);
        Assert.Equal(("Ærø", id.ToString("N"), 1, "shop/Quote"), (context.Headers["tenant"], context.MessageId, context.Attempt, context.Operation.FullName));
        Assert.InRange(left, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50));
        Assert.Equal("shop-7", reply.Headers.Get<string>("origin"));
    }

    [Fact]
    public async Task A_handler_is_cancelled_when_its_message_expires()
    {
        var stopped = Signal<bool>();
        await ServeAsync(new ShopScript
        {
            Quote = async (_, token) =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
                finally
                {
                    stopped.TrySetResult(token.IsCancellationRequested);
                }

                throw new InvalidOperationException("It ended without being cancelled.");
            },
        });
        var client = await ClientAsync();

        var call = RequestClient(client).GetResponse<Legacy.Quote>(new Legacy.QuoteRequest(), Token, RequestTimeout.After(s: 2));

        Assert.True(await SoonAsync(stopped.Task));
        await Assert.ThrowsAnyAsync<RequestException>(() => SoonAsync(call));
    }

    [Fact]
    public async Task Commands_are_consumed_from_send_and_publish()
    {
        var orders = new ConcurrentQueue<string>();
        var both = Signal<bool>();
        await ServeAsync(new ShopScript
        {
            Ship = (command, _) =>
            {
                orders.Enqueue(command.Order);
                if (orders.Count == 2)
                {
                    both.TrySetResult(true);
                }

                return Task.CompletedTask;
            },
        });
        var bus = (await ClientAsync()).Services.GetRequiredService<IBus>();

        await bus.Publish(new Legacy.Ship { Order = "published" }, Token);
        await (await bus.GetSendEndpoint(new Uri("queue:shop"))).Send(new Legacy.Ship { Order = "sent" }, Token);
        await SoonAsync(both.Task);

        Assert.Equal(["published", "sent"], orders.Order());
    }

    [Fact]
    public async Task Retries_are_the_endpoint_s_and_then_comes_the_error_queue()
    {
        var attempts = new ConcurrentQueue<int>();
        await ServeAsync(
            new ShopScript { Ship = (_, _) => { attempts.Enqueue(CallContext.Current!.Attempt); throw new InvalidOperationException("no van"); } },
            static options => options.ConfigureEndpoint(static endpoint => endpoint.UseMessageRetry(static retry => retry.Immediate(2))));
        var bus = (await ClientAsync()).Services.GetRequiredService<IBus>();

        await bus.Publish(new Legacy.Ship { Order = "A-1" }, Token);
        await HoldsAsync("shop_error", 1);

        Assert.Equal([1, 2, 3], attempts);
    }

    [Fact]
    public async Task A_message_that_no_operation_takes_is_skipped()
    {
        await ServeAsync(new ShopScript());
        var bus = (await ClientAsync()).Services.GetRequiredService<IBus>();

        await (await bus.GetSendEndpoint(new Uri("queue:shop"))).Send(new Legacy.Quote(), Token);

        await HoldsAsync("shop_skipped", 1);
    }

    [Fact]
    public async Task What_a_handler_sends_waits_in_the_endpoint_s_outbox_until_it_has_succeeded()
    {
        var shipped = new ConcurrentQueue<string>();
        var done = Signal<bool>();
        await StartAsync(bus => bus.AddHandler<Legacy.Ship>(context =>
        {
            shipped.Enqueue(context.Message.Order);
            done.TrySetResult(true);
            return Task.CompletedTask;
        }).Endpoint(static endpoint => endpoint.Name = "legacy-ship"));
        await StartAsync(
            messaging: builder =>
            {
                builder.Services.AddSingleton<OutboxScript>();
                builder.AddRequester<IShop>(static options => options.ViaMassTransit(static via => via.Address = new Uri("queue:legacy-ship")));
                builder.AddWorker<IQuotes, QuotesThatShip>(static options => options.OnMassTransit(static on => on.ConfigureEndpoint(
                    static (context, endpoint) =>
                    {
                        endpoint.UseMessageRetry(static retry => retry.Immediate(1));
                        endpoint.UseInMemoryOutbox(context);
                    })));
            });
        var client = await ClientAsync();

        await SoonAsync(RequestClient(client, "queue:quotes").GetResponse<Legacy.Quote>(new Legacy.QuoteRequest { Sku = "tea" }, Token));
        await SoonAsync(done.Task);

        Assert.Equal(["attempt 2"], shipped);
    }

    private static IRequestClient<Legacy.QuoteRequest> RequestClient(IHost client, string? address = null)
    {
        var bus = client.Services.GetRequiredService<IBus>();
        return address is null ? bus.CreateRequestClient<Legacy.QuoteRequest>() : bus.CreateRequestClient<Legacy.QuoteRequest>(new Uri(address));
    }

    private Task<IHost> ClientAsync() => StartAsync();

    private Task<IHost> ServeAsync(ShopScript script, Action<MassTransitWorkerOptions>? configure = null) => StartAsync(messaging: builder =>
    {
        builder.Services.AddSingleton(script);
        builder.AddWorker<IShop, ScriptedShop>(options => options.OnMassTransit(configure));
    });
}
