using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task Urgent_commands_come_from_a_queue_of_their_own_beside_a_backlog()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Urgent());
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 0; i < 10; i++)
        {
            await requester.PublishConfirmedAsync(Command($"{i}"));
        }

        await requester.PublishConfirmedAsync(Command("urgent") with { Queue = WireNames.HighCommandsQueue(Service) });

        var received = await deliveries.NextAsync(2);
        Assert.Equal([QueueKind.Commands, QueueKind.HighCommands], received.Select(static one => one.Queue).Order());
        foreach (var one in received)
        {
            await worker.AckAsync(one.Tag);
        }

        Assert.Equal("1", (await deliveries.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_delayed_urgent_command_comes_from_its_own_queue()
    {
        var (_, deliveries) = await OpenWorkerAsync(Urgent());
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("1") with { Queue = WireNames.HighCommandsQueue(Service), Delay = _second });
        await Harness.PassTimeAsync(_second);

        Assert.Equal(QueueKind.HighCommands, (await deliveries.NextAsync()).Queue);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_that_the_broker_dead_letters_tells_the_queue_that_it_came_from()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Urgent());
        var (requester, _) = await OpenRequesterAsync();

        // By way of the delay's queues, which the broker notes as well.
        await requester.PublishConfirmedAsync(Command("1") with { Queue = WireNames.HighCommandsQueue(Service), Delay = _second });
        await Harness.PassTimeAsync(_second);
        await worker.RejectAsync((await deliveries.NextAsync()).Tag);

        var dead = Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation));
        Assert.Equal(WireNames.HighCommandsQueue(Service), CommandQueues.OriginOf(Service, dead.Headers));
    }

    private WorkerSubscription Urgent() => Subscription(prefetch: 1) with { HighCommands = true, HighCommandPrefetch = 1 };
}
