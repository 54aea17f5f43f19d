using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task All_queues_of_a_service_are_listed_with_what_waits_and_who_consumes()
    {
        var hosts = new List<IHost>();
        var begun = 0;
        var entered = Signal();
        var allBegun = Signal();
        var release = Signal();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            hosts.Add(await StartHostAsync(builder =>
            {
                builder.Services.AddSingleton(new ShippingScript
                {
                    Book = (_, _) =>
                    {
                        entered.TrySetResult();
                        if (Interlocked.Increment(ref begun) == 5)
                        {
                            allBegun.TrySetResult();
                        }

                        return release.Task;
                    },
                });
                builder.AddWorker<IShipping, ScriptedShipping>(static options => (options.CommandConcurrency, options.CommandPrefetch) = (1, 1));
            }));
        }

        var requester = await StartHostAsync(static builder => builder.AddRequester<IShipping>());
        foreach (var number in Enumerable.Range(0, 5))
        {
            await SoonAsync(requester.Services.GetRequiredService<IShipping>().BookAsync(new Parcel("a", number), Token));
        }

        await SoonAsync(entered.Task);
        var queues = requester.Services.GetRequiredService<IServiceQueues>();
        QueueState[] expected =
        [
            new("shipping", QueuePurpose.Calls, Messages: 0, Consumers: 2),
            new("shipping.commands", QueuePurpose.Commands, Messages: 3, Consumers: 2),
            new("shipping.commands.high", QueuePurpose.UrgentCommands, Messages: 0, Consumers: 2),
            new("shipping.commands.0", QueuePurpose.OrderedCommands, Messages: 0, Consumers: 1),
            new("shipping.commands.1", QueuePurpose.OrderedCommands, Messages: 0, Consumers: 1),
            new("shipping.commands.2", QueuePurpose.OrderedCommands, Messages: 0, Consumers: 1),
            new("shipping.commands.3", QueuePurpose.OrderedCommands, Messages: 0, Consumers: 1),
            new("shipping.dead", QueuePurpose.DeadLetters, Messages: 0, Consumers: 0),
        ];
        await UntilListedAsync(queues, "shipping", expected);

        release.SetResult();

        // What a worker has begun it finishes when it is stopped; the rest would go back.
        await SoonAsync(allBegun.Task);
        foreach (var host in hosts)
        {
            await host.StopAsync(Token);
        }

        await UntilListedAsync(queues, "shipping", [.. expected.Select(static queue => queue with { Messages = 0, Consumers = 0 })]);
    }

    [Fact]
    public async Task A_service_that_nobody_serves_has_no_queues()
    {
        var queues = (await StartHostAsync(static _ => { })).Services.GetRequiredService<IServiceQueues>();

        Assert.Empty(await SoonAsync(queues.ListAsync("nobody", Token)));
        Assert.Empty(await SoonAsync(queues.ListAsync("messaging.reply.x", Token)));
        Assert.Empty(await SoonAsync(queues.ListAsync(new string('x', 70_000), Token)));
        await Assert.ThrowsAsync<ArgumentException>(() => queues.ListAsync(string.Empty, Token));
    }

    [Fact]
    public async Task A_look_at_queues_says_that_the_broker_is_down_and_works_again_when_it_is_back()
    {
        await StartWorkerAsync();
        var queues = (await StartHostAsync(static _ => { })).Services.GetRequiredService<IServiceQueues>();
        Assert.Equal(["calc", "calc.commands", "calc.dead"], (await SoonAsync(queues.ListAsync("calc", Token))).Select(static queue => queue.Name));

        await Harness.StopBrokerAsync();
        Assert.Equal(StatusCode.Unavailable, (await FailsAsync(queues.ListAsync("calc", Token))).Status);
        await Harness.StartBrokerAsync();

        Assert.Contains(await SoonAsync(queues.ListAsync("calc", Token)), static queue => queue.Purpose == QueuePurpose.Commands);
    }

    private static async Task UntilListedAsync(IServiceQueues queues, string service, QueueState[] expected)
    {
        var since = Stopwatch.GetTimestamp();
        var listed = await SoonAsync(queues.ListAsync(service, Token));
        while (!listed.SequenceEqual(expected) && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
            listed = await SoonAsync(queues.ListAsync(service, Token));
        }

        Assert.Equal(expected, listed);
    }
}
