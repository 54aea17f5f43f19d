extern alias legacy;

using System.Collections.Concurrent;
using System.Globalization;
using MassTransit;
using Messaging.MassTransit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shop;
using Legacy = legacy::Shop;

namespace Messaging.MassTransit.Tests.Bridge;

/// <summary>The broker restarts in the middle of it.</summary>
public sealed class RestartTests(BrokerFixture fixture) : BridgeTest(fixture)
{
    private const int Commands = 60;
    private const int RestartAfter = 20;

    [Fact]
    public async Task No_command_of_a_contract_is_lost_and_calls_are_answered_again()
    {
        var (orders, all) = Collect();
        await StartAsync(bus =>
        {
            bus.AddHandler<Legacy.Ship>(context => orders(context.Message.Order)).Endpoint(static endpoint => endpoint.Name = "legacy-ship");
            bus.AddHandler<Legacy.QuoteRequest>(static context => context.RespondAsync(new Legacy.Quote { Sku = context.Message.Sku })).Endpoint(static endpoint => endpoint.Name = "legacy-quotes");
        });
        var host = await StartAsync(messaging: static builder => builder.AddRequester<IShop>(static options => options.ViaMassTransit()));
        var shop = host.Services.GetRequiredService<IShop>().With(new CallOptions { Timeout = TimeSpan.FromMinutes(5) });

        await SendAcrossARestartAsync(number => shop.ShipAsync(new Ship(number), Token));

        await all.WaitAsync(TimeSpan.FromMinutes(2), Token);
        Assert.Equal("tea", (await SoonAsync(shop.QuoteAsync(new QuoteRequest("tea", 1), Token))).Sku);
    }

    [Fact]
    public async Task No_command_of_a_MassTransit_system_is_lost_and_its_requests_are_answered_again()
    {
        var (orders, all) = Collect();
        await StartAsync(messaging: builder =>
        {
            builder.Services.AddSingleton(new ShopScript { Ship = (command, _) => orders(command.Order) });
            builder.AddWorker<IShop, ScriptedShop>(static options => options.OnMassTransit());
        });
        var client = await StartAsync();
        var bus = client.Services.GetRequiredService<IBus>();

        await SendAcrossARestartAsync(number => PublishAsync(bus, number));

        await all.WaitAsync(TimeSpan.FromMinutes(2), Token);
        var reply = await bus.CreateRequestClient<Legacy.QuoteRequest>().GetResponse<Legacy.Quote>(new Legacy.QuoteRequest { Sku = "tea" }, Token, RequestTimeout.After(m: 1));
        Assert.Equal("tea", reply.Message.Sku);
    }

    private async Task SendAcrossARestartAsync(Func<string, Task> send)
    {
        Task? restart = null;
        for (var number = 0; number < Commands; number++)
        {
            if (number == RestartAfter)
            {
                restart = Fixture.Broker.RestartAsync(Token);
            }

            await send(number.ToString(CultureInfo.InvariantCulture)).WaitAsync(TimeSpan.FromMinutes(5), Token);
        }

        await restart!;
    }

    /// <summary>What a careful application of MassTransit's does: it publishes again what was not confirmed.</summary>
    private static async Task PublishAsync(IBus bus, string order)
    {
        while (true)
        {
            try
            {
                await bus.Publish(new Legacy.Ship { Order = order }, Token);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Token);
            }
        }
    }

    private static (Func<string, Task> Add, Task All) Collect()
    {
        var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var all = Signal<bool>();
        return (Add, all.Task);

        Task Add(string order)
        {
            seen[order] = true;
            if (seen.Count == Commands)
            {
                all.TrySetResult(true);
            }

            return Task.CompletedTask;
        }
    }
}
