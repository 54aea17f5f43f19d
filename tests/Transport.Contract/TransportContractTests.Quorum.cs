using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    private WorkerSubscription QuorumCalls => Subscription() with { CallQueue = CallQueueType.Quorum };

    [Fact(Timeout = TimeoutMs)]
    public async Task Confirmed_calls_on_a_quorum_queue_survive_a_restart_of_the_broker()
    {
        await DeclareAsync(QuorumCalls);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Call("1"));
        await requester.PublishConfirmedAsync(Call("2") with { Persistent = true });

        await Harness.RestartBrokerAsync();
        var (_, calls) = await OpenWorkerAsync(QuorumCalls);

        Assert.Equal(["1", "2"], (await calls.NextAsync(2)).Select(static received => received.CorrelationId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_call_on_a_quorum_queue_comes_back_any_number_of_times_and_is_counted()
    {
        // More often than the 20 times that a queue of RabbitMQ 4 allows unless it is told otherwise.
        const int Returns = 25;
        var (worker, calls) = await OpenWorkerAsync(QuorumCalls);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));

        for (var i = 0; i < Returns; i++)
        {
            await worker.RequeueAsync((await calls.NextAsync()).Tag);
        }

        Assert.Equal((long)Returns, (await calls.NextAsync()).Message.Headers![WireNames.DeliveryCount]);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(CallQueueType.Classic, CallQueueType.Quorum)]
    [InlineData(CallQueueType.Quorum, CallQueueType.Classic)]
    public async Task A_calls_queue_of_another_type_is_refused_and_nobody_is_disturbed(CallQueueType declared, CallQueueType wanted)
    {
        var (_, calls) = await OpenWorkerAsync(Subscription() with { CallQueue = declared });
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(
            TransportFailure.Misconfigured, async () => await OpenWorkerAsync(Subscription() with { CallQueue = wanted }));
        await requester.PublishAsync(Call("1"));

        Assert.Equal("1", (await calls.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_calls_queue_of_no_known_type_is_refused() =>
        await AssertFailsAsync(
            TransportFailure.Misconfigured, async () => await OpenWorkerAsync(Subscription() with { CallQueue = (CallQueueType)2 }));
}
