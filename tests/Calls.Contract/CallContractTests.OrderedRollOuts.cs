using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Calls.Contract;

/// <content>Roll-outs of workers with ordered commands.</content>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task An_ordered_command_outlives_any_number_of_roll_outs_and_keeps_its_place_while_the_broker_lets_it()
    {
        var host = await StartHostAsync(static builder => builder.AddRequester<IShipping>());
        var shipping = host.Services.GetRequiredService<IShipping>();
        var order = new ConcurrentQueue<int>();
        for (var number = 0; number < RollOuts; number++)
        {
            var started = Signal();
            var worker = await StartShippingAsync(
                new ShippingScript
                {
                    Move = (parcel, token) =>
                    {
                        order.Enqueue(parcel.Number);
                        return StopBadlyAsync(0, started, token);
                    },
                },
                RollOuts + 1);
            if (number == 0)
            {
                await SoonAsync(shipping.MoveAsync(new Parcel("a", 1), Token));
                await SoonAsync(shipping.MoveAsync(new Parcel("a", 2), Token));
            }

            await SoonAsync(started.Task);
            await SoonAsync(worker.StopAsync(Token));
        }

        var done = Signal();
        await StartShippingAsync(
            new ShippingScript
            {
                Move = (parcel, _) =>
                {
                    order.Enqueue(parcel.Number);
                    if (parcel.Number == 2)
                    {
                        done.SetResult();
                    }

                    return Task.CompletedTask;
                },
            },
            RollOuts + 1);
        await SoonAsync(done.Task);

        Assert.Equal([.. Enumerable.Repeat(1, RollOuts + 1), 2], order);
        Assert.Equal(0, await SoonAsync(host.Services.GetRequiredService<IDeadLetters>().CountAsync("shipping", Token)));
    }

    [Fact]
    public async Task An_ordered_command_that_would_be_dead_lettered_for_nothing_but_roll_outs_goes_to_the_end_of_its_partition()
    {
        var host = await StartHostAsync(static builder => builder.AddRequester<IShipping>());
        for (var number = 0; number < RollOuts; number++)
        {
            var started = Signal();
            var worker = await StartShippingAsync(new ShippingScript { Move = (_, token) => StopBadlyAsync(0, started, token) }, deliveryLimit: 1);
            if (number == 0)
            {
                await SoonAsync(host.Services.GetRequiredService<IShipping>().MoveAsync(new Parcel("a", 1), Token));
            }

            await SoonAsync(started.Task);
            await SoonAsync(worker.StopAsync(Token));
        }

        var done = Signal();
        await StartShippingAsync(
            new ShippingScript
            {
                Move = (_, _) =>
                {
                    done.SetResult();
                    return Task.CompletedTask;
                },
            },
            deliveryLimit: 1);
        await SoonAsync(done.Task);

        Assert.Equal(0, await SoonAsync(host.Services.GetRequiredService<IDeadLetters>().CountAsync("shipping", Token)));
    }

    private Task<IHost> StartShippingAsync(ShippingScript script, int deliveryLimit) =>
        StartHostAsync(builder =>
        {
            builder.Services.AddSingleton(script);
            builder.AddWorker<IShipping, ScriptedShipping>(options =>
            {
                options.DrainTimeout = TimeSpan.FromMilliseconds(50);
                options.CommandDeliveryLimit = deliveryLimit;
                options.CommandRetry.MaxAttempts = 1;
            });
        });
}
