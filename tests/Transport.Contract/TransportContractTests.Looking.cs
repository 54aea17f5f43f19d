namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_queue_that_does_not_exist_cannot_be_looked_into()
    {
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(TransportFailure.Unroutable, async () => await OpenQueueAsync(DeadLetters));

        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Messages_are_got_one_by_one_until_none_waits()
    {
        await DeclareAsync();
        await using var queue = await OpenQueueAsync(Commands);
        await queue.PublishConfirmedAsync(Command("1", "first"));
        await queue.PublishConfirmedAsync(Command("2", "second"));
        Assert.Equal(2, await CountAsync(queue, 2));

        var first = await GetAsync(queue);
        var second = await GetAsync(queue);
        var none = await queue.GetAsync();

        Assert.Null(none);
        Assert.Equal(("1", "first", "Ship", false), (first.MessageId, Text(first), first.Type, first.Redelivered));
        Assert.Equal(("2", "second"), (second.MessageId, Text(second)));
        Assert.NotEqual(first.DeliveryTag, second.DeliveryTag);
        Assert.Equal(0, await CountAsync(queue, 0));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_message_that_was_got_is_gone_when_acknowledged_and_comes_again_when_requeued()
    {
        await DeclareAsync();
        await using var queue = await OpenQueueAsync(Commands);
        await queue.PublishConfirmedAsync(Command("done"));
        await queue.PublishConfirmedAsync(Command("again"));
        await CountAsync(queue, 2);

        await queue.AckAsync((await GetAsync(queue)).DeliveryTag);
        await queue.RequeueAsync((await GetAsync(queue)).DeliveryTag);
        var again = await GetAsync(queue);

        Assert.Equal("again", again.MessageId);
        Assert.True(again.Redelivered);
        await queue.AckAsync(again.DeliveryTag);
        await queue.DisposeAsync();
        await using var after = await OpenQueueAsync(Commands);
        Assert.Null(await after.GetAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_was_got_and_not_settled_returns_when_the_link_ends()
    {
        await DeclareAsync();
        var queue = await OpenQueueAsync(Commands);
        await queue.PublishConfirmedAsync(Command("1"));
        await queue.PublishConfirmedAsync(Command("2"));
        await CountAsync(queue, 2);
        await GetAsync(queue);
        await GetAsync(queue);

        await queue.DisposeAsync();
        var (_, deliveries) = await OpenWorkerAsync();

        Assert.True((await queue.Lost).Disposed);
        Assert.Equal(
            ["1", "2"], (await deliveries.NextAsync(2)).Select(static received => received.CorrelationId).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_dead_letter_is_looked_at_and_sent_back_while_workers_work()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        await worker.PublishConfirmedAsync(Command("1", "mended") with { Queue = DeadLetters });
        await using var queue = await OpenQueueAsync(DeadLetters);
        await CountAsync(queue, 1);

        var dead = await GetAsync(queue);
        await queue.PublishConfirmedAsync(Command(dead.MessageId!, Text(dead)));
        await queue.AckAsync(dead.DeliveryTag);

        var received = await deliveries.NextAsync();
        Assert.Equal("mended", Text(received.Message));
        await worker.AckAsync(received.Tag);
        Assert.Null(await queue.GetAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Purging_takes_what_waits_and_says_how_much()
    {
        await DeclareAsync();
        await using var queue = await OpenQueueAsync(Commands);
        for (var i = 0; i < 3; i++)
        {
            await queue.PublishConfirmedAsync(Command($"{i}"));
        }

        await CountAsync(queue, 3);
        var kept = await GetAsync(queue);

        Assert.Equal(2, await queue.PurgeAsync());
        Assert.Null(await queue.GetAsync());
        await queue.RequeueAsync(kept.DeliveryTag);
        Assert.Equal("0", (await GetAsync(queue)).MessageId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_look_into_a_queue_that_is_deleted_ends()
    {
        await DeclareAsync();
        await using var queue = await OpenQueueAsync(DeadLetters);
        var (requester, _) = await OpenRequesterAsync();

        await Harness.DeleteQueueAsync(DeadLetters);
        await AssertFailsAsync(TransportFailure.Unroutable, async () => await queue.GetAsync());

        Assert.False((await queue.Lost.WaitAsync(Cancellation)).Disposed);
        await AssertFailsAsync(TransportFailure.NotSent, async () => await queue.GetAsync());
        await AssertFailsAsync(TransportFailure.NotSent, () => queue.PublishConfirmedAsync(Command("1")));
        await queue.AckAsync(1);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Settling_twice_ends_the_look_and_nothing_else()
    {
        await DeclareAsync();
        await using var queue = await OpenQueueAsync(Commands);
        await using var other = await OpenQueueAsync(Commands);
        await queue.PublishConfirmedAsync(Command("1"));
        await CountAsync(queue, 1);
        var got = await GetAsync(queue);

        await queue.AckAsync(got.DeliveryTag);
        await queue.AckAsync(got.DeliveryTag);

        Assert.False((await queue.Lost.WaitAsync(Cancellation)).Disposed);
        Assert.Null(await other.GetAsync());
    }

    private ValueTask<IQueueLink> OpenQueueAsync(string queue) => Harness.Transport.OpenQueueAsync(queue, Cancellation);

    private static async Task<InboundMessage> GetAsync(IQueueLink queue)
    {
        var got = await queue.GetAsync();
        Assert.NotNull(got);
        return got.Value;
    }

    /// <summary>Waits until so many messages are counted: a quorum queue confirms a message a moment before it shows it.</summary>
    private static async Task<long> CountAsync(IQueueLink queue, long expected)
    {
        long count;
        while ((count = await queue.CountAsync()) != expected)
        {
            await Task.Delay(10, Cancellation);
        }

        return count;
    }
}
