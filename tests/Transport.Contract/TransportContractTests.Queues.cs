namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task Prefetch_bounds_what_a_worker_has_unsettled()
    {
        var (_, first) = await OpenWorkerAsync(Subscription(prefetch: 2));
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 1; i <= 5; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        var taken = await first.NextAsync(2);
        var (_, second) = await OpenWorkerAsync();
        var rest = await second.NextAsync(3);

        // The second worker got all the others, so the first was not given any of them.
        Assert.Equal(["1", "2"], taken.Select(static received => received.CorrelationId));
        Assert.Equal(["3", "4", "5"], rest.Select(static received => received.CorrelationId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Settling_a_delivery_makes_room_for_the_next_in_order()
    {
        var (worker, calls) = await OpenWorkerAsync(Subscription(prefetch: 1));
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 0; i < 20; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        for (var i = 0; i < 20; i++)
        {
            var received = await calls.NextAsync();
            Assert.Equal($"{i}", received.CorrelationId);
            await worker.AckAsync(received.Tag);
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Workers_share_a_queue_up_to_their_prefetch()
    {
        var (_, first) = await OpenWorkerAsync(Subscription(prefetch: 5));
        var (_, second) = await OpenWorkerAsync(Subscription(prefetch: 5));
        var (requester, _) = await OpenRequesterAsync();

        for (var i = 0; i < 10; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        var shares = (await first.NextAsync(5)).Concat(await second.NextAsync(5));
        Assert.Equal(10, shares.Select(static received => received.CorrelationId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Workers_with_room_take_turns()
    {
        const int Count = 90;
        var (_, first) = await OpenWorkerAsync(Subscription(prefetch: Count));
        var (_, second) = await OpenWorkerAsync(Subscription(prefetch: Count));
        var (requester, _) = await OpenRequesterAsync();

        for (var i = 0; i < Count; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        // Each gets a third at least: waits for ever if one worker is favoured.
        await first.NextAsync(Count / 3);
        await second.NextAsync(Count / 3);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_requeued_delivery_comes_again_and_says_so()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("again", body: "kept"));

        var first = await calls.NextAsync();
        await worker.RequeueAsync(first.Tag);
        var second = await calls.NextAsync();
        await worker.AckAsync(second.Tag);

        Assert.False(first.Message.Redelivered);
        Assert.True(second.Message.Redelivered);
        Assert.Equal("again", second.CorrelationId);
        Assert.Equal("kept", Text(second.Message));
        Assert.NotEqual(first.Tag, second.Tag);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task What_a_lost_worker_had_unsettled_goes_to_another(CallQueueType type)
    {
        var subscription = Subscription() with { CallQueue = type };
        var (first, firstCalls) = await OpenWorkerAsync(subscription);
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 1; i <= 3; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        var taken = await firstCalls.NextAsync(3);
        await first.AckAsync(taken[1].Tag);
        await first.DisposeAsync();
        var (_, secondCalls) = await OpenWorkerAsync(subscription);
        var again = await secondCalls.NextAsync(2);

        Assert.All(again, static received => Assert.True(received.Message.Redelivered));
        Assert.Equal(["1", "3"], again.Select(static received => received.CorrelationId).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Calls_wait_in_order_while_no_worker_is_there()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        await requester.PublishAsync(Call("2"));

        var (_, calls) = await OpenWorkerAsync();

        Assert.Equal(["1", "2"], (await calls.NextAsync(2)).Select(static received => received.CorrelationId));
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task The_calls_queue_goes_when_no_worker_was_there_for_too_long(CallQueueType type)
    {
        var expiry = TimeSpan.FromSeconds(1);
        await DeclareAsync(Subscription() with { CallQueueExpiry = expiry, CallQueue = type });
        var (requester, replies) = await OpenRequesterAsync();

        // RabbitMQ looks whether a quorum queue has expired every five seconds only.
        while (await TakesCallsAsync(requester))
        {
            await Harness.PassTimeAsync(expiry);
        }

        await requester.PublishAsync(Call("too late", requester.ReplyTo));

        Assert.Equal("too late", await replies.NextReturnedAsync());

        async Task<bool> TakesCallsAsync(IRequesterLink link)
        {
            try
            {
                await link.PublishConfirmedAsync(Call("in time"));
                return true;
            }
            catch (TransportException exception) when (exception.Failure == TransportFailure.Unroutable)
            {
                return false;
            }
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task The_calls_queue_stays_while_a_worker_is_there()
    {
        var expiry = TimeSpan.FromSeconds(1);
        var (_, calls) = await OpenWorkerAsync(Subscription() with { CallQueueExpiry = expiry });
        var (requester, _) = await OpenRequesterAsync();

        await Harness.PassTimeAsync(3 * expiry);
        await requester.PublishAsync(Call("1"));

        Assert.Equal("1", (await calls.NextAsync()).CorrelationId);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task An_expired_request_is_never_delivered(CallQueueType type)
    {
        var subscription = Subscription() with { CallQueue = type };
        await DeclareAsync(subscription);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("expired") with { ExpirationMs = 100 });
        await requester.PublishAsync(Call("expires later") with { ExpirationMs = 600_000 });
        await requester.PublishAsync(Call("never expires"));

        await Harness.PassTimeAsync(TimeSpan.FromSeconds(1));
        var (_, calls) = await OpenWorkerAsync(subscription);

        Assert.Equal(["expires later", "never expires"], (await calls.NextAsync(2)).Select(static received => received.CorrelationId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_that_stops_consuming_settles_and_answers_what_it_took()
    {
        var (first, firstCalls) = await OpenWorkerAsync();
        var (requester, replies) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("taken", requester.ReplyTo));
        await requester.PublishAsync(Call("given back", requester.ReplyTo));
        var taken = await firstCalls.NextAsync(2);

        await first.StopConsumingAsync();
        await requester.PublishAsync(Call("not taken", requester.ReplyTo));
        await first.ReplyAsync(Reply(taken[0]));
        await first.AckAsync(taken[0].Tag);
        await first.RequeueAsync(taken[1].Tag);
        var (_, secondCalls) = await OpenWorkerAsync();
        var rest = await secondCalls.NextAsync(2);

        Assert.Equal("taken", (await replies.NextReplyAsync()).CorrelationId);
        Assert.Equal(
            ["given back", "not taken"], rest.Select(static received => received.CorrelationId).Order(StringComparer.Ordinal));
        Assert.Equal(0, firstCalls.Waiting);
        Assert.False(first.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Cancellations_still_reach_a_worker_that_stopped_consuming()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await worker.StopConsumingAsync();
        await requester.PublishCancelAsync(Service, "call");

        Assert.Equal("call", await calls.NextCancelAsync());
    }
}
