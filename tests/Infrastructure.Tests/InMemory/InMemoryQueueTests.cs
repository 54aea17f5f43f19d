using System.Text;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

public sealed class InMemoryQueueTests : InMemoryTestBase
{
    [Fact]
    public async Task What_comes_back_goes_to_the_front_in_its_order()
    {
        var (first, firstCalls) = await OpenWorkerAsync(prefetch: 4);
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 1; i <= 6; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        var taken = await firstCalls.NextAsync(4);
        await first.AckAsync(taken[2].Tag);
        await firstCalls.NextAsync();
        await first.DisposeAsync();
        var waiting = Faults.Peek(Service);

        Assert.Equal(["1", "2", "4", "5", "6"], waiting.Select(static message => message.CorrelationId));
        Assert.Equal([true, true, true, true, false], waiting.Select(static message => message.Redelivered));
    }

    [Fact]
    public async Task Workers_with_room_take_strict_turns()
    {
        var workers = new[] { await OpenWorkerAsync(100), await OpenWorkerAsync(100), await OpenWorkerAsync(100) };
        var (requester, _) = await OpenRequesterAsync();

        for (var i = 0; i < 30; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        for (var w = 0; w < workers.Length; w++)
        {
            Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{(i * 3) + w}"), Ids(await workers[w].Sink.NextAsync(10)));
        }
    }

    [Fact]
    public async Task Turns_go_on_where_they_were_when_a_worker_leaves()
    {
        var first = await OpenWorkerAsync(100);
        var second = await OpenWorkerAsync(100);
        var third = await OpenWorkerAsync(100);
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("1"));
        await first.Sink.NextAsync();
        await first.Link.StopConsumingAsync();
        await requester.PublishAsync(Call("2"));
        await requester.PublishAsync(Call("3"));
        await requester.PublishAsync(Call("4"));

        Assert.Equal(["2", "4"], Ids(await second.Sink.NextAsync(2)));
        Assert.Equal("3", (await third.Sink.NextAsync()).CorrelationId);
    }

    [Fact]
    public async Task A_worker_that_settles_nothing_leaves_the_work_to_the_others()
    {
        var (_, stuck) = await OpenWorkerAsync(prefetch: 1);
        var (worker, calls) = await OpenWorkerAsync(prefetch: 1);
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 0; i < 10; i++)
        {
            await requester.PublishAsync(Call($"{i}"));
        }

        for (var i = 1; i < 10; i++)
        {
            var received = await calls.NextAsync();
            Assert.Equal($"{i}", received.CorrelationId);
            await worker.AckAsync(received.Tag);
        }

        Assert.Equal("0", (await stuck.NextAsync()).CorrelationId);
    }

    [Fact]
    public async Task The_delivery_limit_moves_a_command_to_the_dead_letters_with_its_reason()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["user"] = "kept" };
        await requester.PublishConfirmedAsync(Command("poison") with { Headers = headers });

        for (var i = 0; i <= Subscription.CommandDeliveryLimit; i++)
        {
            await worker.RequeueAsync((await deliveries.NextAsync()).Tag);
        }

        var dead = Assert.Single(Faults.Peek(DeadLetters));
        Assert.Equal("poison", Encoding.UTF8.GetString(dead.Body.Span));
        Assert.Equal("delivery_limit", dead.Headers![WireNames.DeadReason]);
        Assert.Equal(Subscription.CommandDeliveryLimit + 1L, dead.Headers[WireNames.DeadAttempts]);
        Assert.Equal("kept", dead.Headers["user"]);
        Assert.Single(headers);
    }

    [Fact]
    public async Task A_command_that_kills_its_workers_takes_no_neighbour_with_it()
    {
        var (requester, _) = await OpenRequesterAsync();
        await DeclareAsync();
        await requester.PublishConfirmedAsync(Command("killer"));
        await requester.PublishConfirmedAsync(Command("neighbour"));

        for (var i = 0; i <= Subscription.CommandDeliveryLimit; i++)
        {
            var (worker, deliveries) = await OpenWorkerAsync(prefetch: 1);
            Assert.Equal("killer", (await deliveries.NextAsync()).CorrelationId);
            BrokerFaults.CutLink(worker);
        }

        Assert.Equal(["killer"], WaitingIds(DeadLetters));
        Assert.Equal(["neighbour"], WaitingIds(Commands));
    }

    [Fact]
    public async Task A_dead_letter_is_kept_even_if_its_queue_was_deleted()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("poison"));
        Assert.True(Faults.DeleteQueue(DeadLetters));

        for (var i = 0; i <= Subscription.CommandDeliveryLimit; i++)
        {
            await worker.RequeueAsync((await deliveries.NextAsync()).Tag);
        }

        Assert.Equal(["poison"], WaitingIds(DeadLetters));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settling_a_delivery_twice_loses_the_link(bool requeue)
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        var received = await calls.NextAsync();

        await worker.AckAsync(received.Tag);
        await (requeue ? worker.RequeueAsync(received.Tag) : worker.AckAsync(received.Tag));

        Assert.Contains("settled twice", (await worker.Lost).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_takes_only_the_queues_it_asked_for()
    {
        var sink = new Transport.Contract.RecordingWorkerSink();
        var callsOnly = Subscription with { Commands = false };
        await using var worker = await Harness.Transport.OpenWorkerAsync(callsOnly, sink, Cancellation);
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Command("1")));
        await requester.PublishAsync(Call("2"));

        Assert.Equal("2", (await sink.NextAsync()).CorrelationId);
    }

    [Fact]
    public async Task Options_that_rabbitmq_would_refuse_are_refused()
    {
        var sink = new Transport.Contract.RecordingWorkerSink();

        await AssertFailsAsync(TransportFailure.Misconfigured, () => OpenAsync(Subscription with { CallQueueExpiry = TimeSpan.Zero }));
        await AssertFailsAsync(TransportFailure.Misconfigured, () => OpenAsync(Subscription with { CallQueueExpiry = TimeSpan.FromDays(50) }));
        await AssertFailsAsync(TransportFailure.Misconfigured, () => OpenAsync(Subscription with { CommandDeliveryLimit = 0 }));
        Assert.Empty(Faults.Links);

        async ValueTask OpenAsync(WorkerSubscription subscription) =>
            await Harness.Transport.OpenWorkerAsync(subscription, sink, Cancellation);
    }
}
