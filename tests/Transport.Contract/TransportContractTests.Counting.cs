using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_look_counts_what_waits_and_who_consumes_and_takes_nothing()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Subscription(prefetch: 1));
        await worker.PublishConfirmedAsync(Command("in hand"));
        await worker.PublishConfirmedAsync(Command("waits"));
        var received = await deliveries.NextAsync();
        await using var look = await Harness.Transport.OpenQueueLookAsync(Cancellation);

        await UntilAsync(look, Commands, new QueueCounts(Messages: 1, Consumers: 1));
        Assert.Equal(new QueueCounts(0, 1), await look.FindAsync(Service));
        Assert.Equal(new QueueCounts(0, 0), await look.FindAsync(DeadLetters));
        await worker.AckAsync(received.Tag);
        Assert.Equal("waits", (await deliveries.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_look_at_a_missing_queue_finds_nothing_and_goes_on()
    {
        await DeclareAsync();
        await using var look = await Harness.Transport.OpenQueueLookAsync(Cancellation);

        Assert.Null(await look.FindAsync(Service + ".missing"));
        Assert.Null(await look.FindAsync(Service + ".missing.too"));
        Assert.Equal(new QueueCounts(0, 0), await look.FindAsync(Commands));
        Assert.False(look.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_partition_counts_the_one_consumer_that_gets_its_messages()
    {
        var subscription = Subscription() with { CommandPartitions = 1 };
        await OpenWorkerAsync(subscription);
        await OpenWorkerAsync(subscription);
        await using var look = await Harness.Transport.OpenQueueLookAsync(Cancellation);

        await UntilAsync(look, WireNames.PartitionQueue(Service, 0), new QueueCounts(Messages: 0, Consumers: 1));
        await UntilAsync(look, Commands, new QueueCounts(Messages: 0, Consumers: 2));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_look_ends_with_its_broker_and_says_so()
    {
        await DeclareAsync();
        await using var look = await Harness.Transport.OpenQueueLookAsync(Cancellation);

        await Harness.RestartBrokerAsync();

        Assert.False((await look.Lost.WaitAsync(Cancellation)).Disposed);
        await AssertFailsAsync(TransportFailure.NotSent, async () => await look.FindAsync(Commands));
        await using var another = await Harness.Transport.OpenQueueLookAsync(Cancellation);
        await UntilAsync(another, Commands, new QueueCounts(0, 0));
    }

    // A quorum queue says what has changed a moment later.
    private static async Task UntilAsync(IQueueLook look, string queue, QueueCounts expected)
    {
        while (await look.FindAsync(queue) != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        }
    }
}
