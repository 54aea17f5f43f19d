using Messaging.Wire;

namespace Messaging.InMemory;

public sealed class InMemoryExpiryTests : InMemoryTestBase
{
    [Fact]
    public async Task A_message_lives_to_the_last_tick_of_its_expiration()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1") with { ExpirationMs = 100 });

        Harness.Time.Advance(TimeSpan.FromMilliseconds(100) - TimeSpan.FromTicks(1));
        Assert.Equal(["1"], WaitingIds(Service));

        Harness.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Empty(WaitingIds(Service));
    }

    [Fact]
    public async Task An_expiration_of_zero_is_for_a_worker_with_room_only()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, calls) = await OpenWorkerAsync(prefetch: 1);

        await requester.PublishAsync(Call("taken") with { ExpirationMs = 0 });
        await requester.PublishAsync(Call("expired") with { ExpirationMs = 0 });
        await requester.PublishAsync(Call("waits"));
        var taken = await calls.NextAsync();
        await worker.AckAsync(taken.Tag);

        Assert.Equal("taken", taken.CorrelationId);
        Assert.Equal("waits", (await calls.NextAsync()).CorrelationId);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(uint.MaxValue + 1L)]
    public async Task An_expiration_that_amqp_cannot_carry_is_refused(long expirationMs)
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        var message = Call("1") with { ExpirationMs = expirationMs };

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await requester.PublishAsync(message));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await requester.PublishConfirmedAsync(message));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await worker.ReplyAsync(message));
    }

    [Fact]
    public async Task A_delivery_that_comes_back_after_its_expiration_is_not_delivered_again()
    {
        var (worker, calls) = await OpenWorkerAsync(prefetch: 1);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1") with { ExpirationMs = 100 });
        await requester.PublishAsync(Call("2"));
        var first = await calls.NextAsync();

        Harness.Time.Advance(TimeSpan.FromSeconds(1));
        await worker.RequeueAsync(first.Tag);

        Assert.Equal("2", (await calls.NextAsync()).CorrelationId);
    }

    [Fact]
    public async Task Expired_messages_do_not_pile_up_behind_busy_workers()
    {
        var (_, calls) = await OpenWorkerAsync(prefetch: 1);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("busy"));
        await calls.NextAsync();

        for (var i = 0; i < 1000; i++)
        {
            await requester.PublishAsync(Call($"{i}") with { ExpirationMs = 10 });
            Harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        // The busy one and those of the last ten milliseconds.
        Assert.InRange(Harness.Pool.Outstanding, 1, 12);
    }

    [Fact]
    public async Task An_expired_command_is_dead_lettered_as_expired()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1") with { ExpirationMs = 10 });

        Harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(WaitingIds(Commands));

        var dead = Assert.Single(Faults.Peek(DeadLetters));
        Assert.Equal("expired", dead.Headers![WireNames.DeadReason]);
        Assert.Equal(0L, dead.Headers[WireNames.DeadAttempts]);
        Assert.Null(dead.Expiration);
    }

    [Fact]
    public async Task The_calls_queue_waits_its_whole_expiry_for_a_worker()
    {
        await DeclareAsync();

        Harness.Time.Advance(Subscription.CallQueueExpiry - TimeSpan.FromTicks(1));
        Assert.True(Faults.QueueExists(Service));

        Harness.Time.Advance(TimeSpan.FromTicks(1));
        Assert.False(Faults.QueueExists(Service));
    }

    [Fact]
    public async Task A_worker_that_comes_in_time_starts_the_expiry_anew()
    {
        await DeclareAsync();
        Harness.Time.Advance(Subscription.CallQueueExpiry / 2);
        await DeclareAsync();

        Harness.Time.Advance(Subscription.CallQueueExpiry * 0.9);
        Assert.True(Faults.QueueExists(Service));

        Harness.Time.Advance(Subscription.CallQueueExpiry * 0.1);
        Assert.False(Faults.QueueExists(Service));
    }

    [Fact]
    public async Task A_worker_that_stopped_consuming_does_not_keep_the_calls_queue()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        await requester.PublishAsync(Call("2"));
        var taken = await calls.NextAsync(2);

        await worker.StopConsumingAsync();
        Harness.Time.Advance(Subscription.CallQueueExpiry);
        await worker.AckAsync(taken[0].Tag);
        await worker.RequeueAsync(taken[1].Tag);

        Assert.False(Faults.QueueExists(Service));
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task No_time_counts_for_a_queue_while_the_broker_is_down()
    {
        await DeclareAsync();

        Faults.Stop();
        Harness.Time.Advance(2 * Subscription.CallQueueExpiry);
        Faults.Start();
        Assert.True(Faults.QueueExists(Service));

        Harness.Time.Advance(Subscription.CallQueueExpiry);
        Assert.False(Faults.QueueExists(Service));
    }

    [Fact]
    public async Task Commands_and_dead_letters_stay_without_workers()
    {
        await DeclareAsync();

        Harness.Time.Advance(TimeSpan.FromDays(365));

        Assert.True(Faults.QueueExists(Commands));
        Assert.True(Faults.QueueExists(DeadLetters));
    }
}
