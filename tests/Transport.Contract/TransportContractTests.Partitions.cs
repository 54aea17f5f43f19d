using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_partition_hands_out_one_command_at_a_time_and_what_is_given_back_comes_first()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Ordered());
        var (requester, _) = await OpenRequesterAsync();
        foreach (var id in new[] { "0", "1", "2" })
        {
            await requester.PublishConfirmedAsync(OfPartition(1, id));
        }

        await requester.PublishConfirmedAsync(OfPartition(0, "other"));

        var begun = (await deliveries.NextAsync(2)).Single(static one => one.Message.Partition == 1);
        Assert.Equal((QueueKind.OrderedCommands, "0"), (begun.Queue, begun.CorrelationId));
        await worker.RequeueAsync(begun.Tag);
        foreach (var id in new[] { "0", "1", "2" })
        {
            var next = await deliveries.NextAsync();
            Assert.Equal((1, id), (next.Message.Partition, next.CorrelationId));
            await worker.AckAsync(next.Tag);
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_partition_goes_on_with_another_worker_where_the_first_left_it()
    {
        var (first, before) = await OpenWorkerAsync(Ordered());
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(OfPartition(0, "0"));
        await requester.PublishConfirmedAsync(OfPartition(0, "1"));
        await before.NextAsync();
        var (second, after) = await OpenWorkerAsync(Ordered());

        await first.DisposeAsync();
        var again = await after.NextAsync();
        await second.AckAsync(again.Tag);

        Assert.Equal(("0", true), (again.CorrelationId, again.Message.Redelivered));
        Assert.Equal("1", (await after.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_that_stops_taking_settles_what_it_has_and_gets_no_more_of_its_partitions()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Ordered());
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(OfPartition(0, "0"));
        await requester.PublishConfirmedAsync(OfPartition(0, "1"));
        var begun = await deliveries.NextAsync();

        await worker.StopConsumingAsync();
        await worker.AckAsync(begun.Tag);
        var (_, heir) = await OpenWorkerAsync(Ordered());

        Assert.Equal("1", (await heir.NextAsync()).CorrelationId);
        Assert.Equal(0, deliveries.Waiting);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Partitions_that_a_larger_number_left_behind_are_served_too()
    {
        await DeclareAsync(Ordered() with { CommandPartitions = 4 });
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(OfPartition(3, "left"));

        var (_, deliveries) = await OpenWorkerAsync(Ordered());

        Assert.Equal("left", (await deliveries.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_delayed_command_comes_to_its_partition_when_it_is_due()
    {
        var (worker, deliveries) = await OpenWorkerAsync(Ordered());
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(OfPartition(1, "1") with { Delay = _second });
        await Harness.PassTimeAsync(_second);
        var due = await deliveries.NextAsync();
        await worker.RejectAsync(due.Tag);

        Assert.Equal((QueueKind.OrderedCommands, 1), (due.Queue, due.Message.Partition));
        var dead = Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation));
        Assert.Equal(WireNames.PartitionQueue(Service, 1), CommandQueues.OriginOf(Service, dead.Headers));
    }

    private WorkerSubscription Ordered() => Subscription() with { CommandPartitions = 2 };

    private OutboundMessage OfPartition(int partition, string id) => Command(id) with { Queue = WireNames.PartitionQueue(Service, partition) };
}
