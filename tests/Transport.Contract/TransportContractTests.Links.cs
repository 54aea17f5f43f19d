namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_disposed_link_is_lost_by_our_own_hand()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        Assert.False(worker.Lost.IsCompleted);
        Assert.False(requester.Lost.IsCompleted);

        await worker.DisposeAsync();
        await requester.DisposeAsync();

        Assert.True((await worker.Lost.WaitAsync(Cancellation)).Disposed);
        Assert.True((await requester.Lost.WaitAsync(Cancellation)).Disposed);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Disposing_a_link_twice_is_disposing_it_once()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await worker.DisposeAsync();
        await requester.DisposeAsync();
        await worker.DisposeAsync();
        await requester.DisposeAsync();

        Assert.True((await worker.Lost).Disposed);
        Assert.True((await requester.Lost).Disposed);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_restart_of_the_broker_loses_every_link_and_new_ones_work()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await Harness.RestartBrokerAsync();
        var workerLoss = await worker.Lost.WaitAsync(Cancellation);
        var requesterLoss = await requester.Lost.WaitAsync(Cancellation);
        var (_, calls) = await OpenWorkerAsync();
        var (again, _) = await OpenRequesterAsync();
        await again.PublishAsync(Call("after"));

        Assert.False(workerLoss.Disposed);
        Assert.NotEmpty(workerLoss.Reason);
        Assert.False(requesterLoss.Disposed);
        Assert.NotEmpty(requesterLoss.Reason);
        Assert.Equal("after", (await calls.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_whose_queue_is_deleted_loses_its_link_and_a_new_one_works()
    {
        var (worker, _) = await OpenWorkerAsync();

        await Harness.DeleteQueueAsync(Service);
        var loss = await worker.Lost.WaitAsync(Cancellation);
        var (_, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("after"));

        Assert.False(loss.Disposed);
        Assert.Equal("after", (await calls.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Publishing_on_a_lost_link_sends_nothing()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1", requester.ReplyTo));
        var received = await calls.NextAsync();

        await requester.DisposeAsync();
        await worker.DisposeAsync();

        await AssertFailsAsync(TransportFailure.NotSent, () => requester.PublishAsync(Call("2")));
        await AssertFailsAsync(TransportFailure.NotSent, () => requester.PublishConfirmedAsync(Command("3")));
        await AssertFailsAsync(TransportFailure.NotSent, () => worker.ReplyAsync(Reply(received)));
        await AssertFailsAsync(TransportFailure.NotSent, () => worker.PublishConfirmedAsync(Command("4") with { Queue = DeadLetters }));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Settling_stopping_and_cancelling_on_a_lost_link_do_nothing()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        await requester.PublishAsync(Call("2"));
        var taken = await calls.NextAsync(2);

        await worker.DisposeAsync();
        await worker.AckAsync(taken[0].Tag);
        await worker.RequeueAsync(taken[1].Tag);
        await worker.StopConsumingAsync();
        await requester.DisposeAsync();
        await requester.PublishCancelAsync(Service, "1");

        // The late settling counted for nothing: both come again.
        var (_, others) = await OpenWorkerAsync();
        Assert.Equal(
            ["1", "2"], (await others.NextAsync(2)).Select(static received => received.CorrelationId).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_queue_declared_with_other_arguments_is_refused_and_nobody_is_disturbed()
    {
        var (_, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(
            TransportFailure.Misconfigured,
            async () => await OpenWorkerAsync(Subscription() with { CallQueueExpiry = TimeSpan.FromMinutes(2) }));
        await requester.PublishAsync(Call("1"));

        Assert.Equal("1", (await calls.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task An_attempt_to_open_that_was_given_up_opens_nothing()
    {
        var given = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Harness.Transport.OpenRequesterAsync(new RecordingRequesterSink(), given));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Harness.Transport.OpenWorkerAsync(Subscription(), new RecordingWorkerSink(), given));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_disposed_transport_closes_its_links()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await Harness.Transport.DisposeAsync();

        Assert.True((await worker.Lost.WaitAsync(Cancellation)).Disposed);
        Assert.True((await requester.Lost.WaitAsync(Cancellation)).Disposed);
    }
}
