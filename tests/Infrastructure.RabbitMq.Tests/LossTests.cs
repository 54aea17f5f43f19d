using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;

namespace Messaging.RabbitMq.Tests;

public sealed class LossTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task Both_links_are_lost_when_the_broker_restarts_and_new_ones_work()
    {
        var work = new WorkerSink();
        var worker = await OpenWorkerAsync(work);
        var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishAsync(Request(requester, "call-1"));
        var unsettled = await work.Deliveries.NextAsync();

        await Broker.StopAppAsync();
        var lost = await SoonAsync(Task.WhenAll(worker.Lost, requester.Lost));

        Assert.All(lost, loss => Assert.False(loss.Disposed));
        Assert.All(lost, loss => Assert.Contains("CONNECTION_FORCED", loss.Reason, StringComparison.Ordinal));

        // All that is left to do on a lost link ends at once.
        await FailsAsync(TransportFailure.NotSent, () => requester.PublishAsync(Request(requester, "call-2")).AsTask());
        await FailsAsync(TransportFailure.NotSent, () => requester.PublishConfirmedAsync(Request(requester, "call-2") with { MessageId = "1" }).AsTask());
        await FailsAsync(TransportFailure.NotSent, () => worker.ReplyAsync(Reply(unsettled)).AsTask());
        await SoonAsync(requester.PublishCancelAsync(Service, "call-1").AsTask());
        await SoonAsync(worker.AckAsync(unsettled.Tag).AsTask());
        await SoonAsync(worker.RequeueAsync(unsettled.Tag).AsTask());
        await SoonAsync(worker.StopConsumingAsync().AsTask());
        await worker.DisposeAsync();
        await requester.DisposeAsync();

        await FailsAsync(TransportFailure.NotSent, () => OpenRequesterAsync(new RequesterSink()).AsTask());
        await Broker.StartAppAsync(Token);
        await CallWorksAsync();
    }

    [Fact]
    public async Task Both_links_are_lost_when_the_broker_is_killed_and_new_ones_work()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink());
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await Broker.KillAsync();
        var lost = await SoonAsync(Task.WhenAll(worker.Lost, requester.Lost));

        Assert.All(lost, loss => Assert.False(loss.Disposed));
        await Broker.StartAsync(Token);
        await CallWorksAsync();
    }

    [Fact]
    public async Task Links_are_lost_when_the_broker_closes_the_connections_and_new_ones_work()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink());
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await Broker.RabbitmqctlAsync("close_all_connections", "maintenance");
        var lost = await SoonAsync(Task.WhenAll(worker.Lost, requester.Lost));

        Assert.All(lost, loss => Assert.Contains("maintenance", loss.Reason, StringComparison.Ordinal));
        await CallWorksAsync();
    }

    [Fact]
    public async Task A_worker_is_lost_when_its_queue_is_deleted_and_a_new_one_declares_it_again()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink());
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await Broker.RabbitmqctlAsync("delete_queue", Service);
        var loss = await SoonAsync(worker.Lost);

        Assert.Contains(Service, loss.Reason, StringComparison.Ordinal);
        Assert.False(requester.Lost.IsCompleted);
        await CallWorksAsync();
    }

    [Fact]
    public async Task A_requester_is_lost_when_its_reply_queue_is_deleted()
    {
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await using var other = await OpenRequesterAsync(new RequesterSink());

        // Exclusive queues can't be deleted by others, so the broker does it from the inside.
        await Broker.RabbitmqctlAsync("eval", $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{requester.ReplyTo}\">>)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>).");
        var loss = await SoonAsync(requester.Lost);

        Assert.Contains(requester.ReplyTo, loss.Reason, StringComparison.Ordinal);
        Assert.False(other.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_mistake_on_one_link_s_channel_leaves_the_others_alone()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var other = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { Service = Service + "-other" });

        await worker.AckAsync(new DeliveryTag(QueueKind.Calls, 4711));
        var loss = await SoonAsync(worker.Lost);

        Assert.Contains("unknown delivery tag", loss.Reason, StringComparison.Ordinal);
        Assert.False(other.Lost.IsCompleted);
    }

    [Fact]
    public async Task Publishes_race_with_disposal_and_leave_the_connection_to_others_unharmed()
    {
        await using var bystander = await OpenRequesterAsync(new RequesterSink());
        await using var worker = await OpenWorkerAsync(new WorkerSink());
        for (var round = 0; round < 20; round++)
        {
            var requester = await OpenRequesterAsync(new RequesterSink());
            var started = new TaskCompletionSource();
            var flood = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                await Task.Yield();
                for (var i = 0; ; i++)
                {
                    try
                    {
                        await requester.PublishAsync(Request(requester, "call") with { ExpirationMs = 1 });
                        await requester.PublishConfirmedAsync(Request(requester, "call") with { ExpirationMs = 1, MessageId = "1" });
                        started.TrySetResult();
                    }
                    catch (TransportException e)
                    {
                        return e.Failure;
                    }
                }
            }));
            await SoonAsync(started.Task);
            await requester.DisposeAsync();
            await SoonAsync(flood);
        }

        Assert.False(bystander.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_broker_that_is_frozen_holds_up_neither_disposal_nor_those_who_publish()
    {
        var transport = OpenTransport(options => options.Heartbeat = TimeSpan.FromSeconds(1));
        var requester = await transport.OpenRequesterAsync(new RequesterSink(), Token);
        var patient = await transport.OpenRequesterAsync(new RequesterSink(), Token);
        var worker = await transport.OpenWorkerAsync(Subscription(), new WorkerSink(), Token);
        await Broker.FreezeAsync();
        try
        {
            // More than the sockets and the library's own line hold: the last of them waits for a reader.
            var flood = Task.WhenAll(Enumerable.Range(0, 500).Select(async _ => await requester.PublishAsync(Request(requester, "call", new byte[100_000]))));
            var confirm = requester.PublishConfirmedAsync(Request(requester, "call") with { MessageId = "1" }).AsTask();
            Assert.False(flood.IsCompleted);

            var watch = System.Diagnostics.Stopwatch.StartNew();
            await SoonAsync(worker.DisposeAsync().AsTask());
            await SoonAsync(requester.DisposeAsync().AsTask());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"It took {watch.Elapsed}.");
            await FailsAsync(TransportFailure.Unknown, () => confirm);
            await FailsAsync(TransportFailure.Unknown, () => flood);

            Assert.False((await SoonAsync(patient.Lost)).Disposed);
            watch.Restart();
            await SoonAsync(transport.DisposeAsync().AsTask());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"It took {watch.Elapsed}.");
        }
        finally
        {
            await Broker.ThawAsync();
        }

        await CallWorksAsync();
    }

    [Fact]
    public async Task A_broker_short_of_memory_blocks_publishers_without_being_taken_for_dead()
    {
        var transport = OpenTransport(options => options.Heartbeat = TimeSpan.FromSeconds(1));
        var work = new WorkerSink();
        await using var worker = await transport.OpenWorkerAsync(Subscription(), work, Token);
        await using var requester = await transport.OpenRequesterAsync(new RequesterSink(), Token);
        await requester.PublishAsync(Request(requester, "before"));
        var before = await work.Deliveries.NextAsync();
        await Broker.RabbitmqctlAsync("set_vm_memory_high_watermark", "0.0001");
        try
        {
            await requester.PublishAsync(Request(requester, "during"));
            Assert.Contains("has stopped reading", await Log.Warnings.NextAsync(), StringComparison.Ordinal);
            Assert.True(((RabbitMqTransport)transport).IsBlocked);

            // Workers still settle; and longer than silence would be borne, the links stand.
            await worker.AckAsync(before.Tag);
            var lost = await Task.WhenAny(requester.Lost, worker.Lost, Task.Delay(TimeSpan.FromSeconds(3), Token));
            Assert.False(requester.Lost.IsCompleted || worker.Lost.IsCompleted, lost.ToString());
        }
        finally
        {
            await Broker.RabbitmqctlAsync("set_vm_memory_high_watermark", "0.4");
        }

        Assert.Equal("during", (await work.Deliveries.NextAsync()).Message.CorrelationId);
    }

    private async Task CallWorksAsync()
    {
        var work = new WorkerSink();
        var answers = new RequesterSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var requester = await OpenRequesterAsync(answers);
        await requester.PublishAsync(Request(requester, "afterwards"));
        Received request;
        do
        {
            request = await work.Deliveries.NextAsync();
            await worker.AckAsync(request.Tag);
        }
        while (!string.Equals(request.Message.CorrelationId, "afterwards", StringComparison.Ordinal));

        await worker.ReplyAsync(Reply(request));
        Assert.Equal("afterwards", (await answers.Replies.NextAsync()).Message.CorrelationId);
    }
}
