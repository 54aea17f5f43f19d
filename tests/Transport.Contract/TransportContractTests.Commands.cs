using System.Globalization;
using System.Text;
using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_confirmed_command_is_delivered_from_the_commands_queue()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("1", "ship it"));
        var received = await deliveries.NextAsync();
        await worker.AckAsync(received.Tag);

        Assert.Equal(QueueKind.Commands, received.Queue);
        Assert.Equal("1", received.Message.MessageId);
        Assert.Equal("ship it", Text(received.Message));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_rejected_command_is_dead_lettered()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("1", "no"));
        await worker.RejectAsync((await deliveries.NextAsync()).Tag);

        var dead = await Harness.TakeAsync(Service + ".dead", 1, Cancellation);
        Assert.Equal("no", Text(dead[0]));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_that_no_queue_takes_fails_as_unroutable()
    {
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Command("1")));

        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Confirms_are_told_apart_when_many_are_pending()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();

        var pending = new List<Task>();
        for (var i = 0; i < 50; i++)
        {
            pending.Add(requester.PublishConfirmedAsync(Command($"{i}")).AsTask());
            pending.Add(AssertFailsAsync(
                TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Command($"nobody-{i}") with { Queue = Service + ".none" })));
        }

        await Task.WhenAll(pending);
        var (_, deliveries) = await OpenWorkerAsync(Subscription(prefetch: 100));
        var ids = (await deliveries.NextAsync(50)).Select(static received => int.Parse(received.CorrelationId!, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(0, 50), ids.Order());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Confirmed_commands_survive_a_restart_of_the_broker()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1"));
        await requester.PublishConfirmedAsync(Command("2"));

        await Harness.RestartBrokerAsync();
        var (_, deliveries) = await OpenWorkerAsync();

        Assert.Equal(["1", "2"], (await deliveries.NextAsync(2)).Select(static received => received.CorrelationId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_that_was_being_run_when_the_broker_restarted_comes_again()
    {
        var (_, before) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1"));
        await before.NextAsync();

        await Harness.RestartBrokerAsync();
        var (_, after) = await OpenWorkerAsync();
        var again = await after.NextAsync();

        Assert.Equal("1", again.CorrelationId);
        Assert.True(again.Message.Redelivered);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Redeliveries_of_a_command_are_counted()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1") with
        {
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["user"] = "kept" },
        });

        var first = await deliveries.NextAsync();
        await worker.RequeueAsync(first.Tag);
        var second = await deliveries.NextAsync();
        await worker.RequeueAsync(second.Tag);
        var third = await deliveries.NextAsync();

        Assert.False(first.Message.Headers!.ContainsKey(WireNames.DeliveryCount));
        Assert.Equal(1L, second.Message.Headers![WireNames.DeliveryCount]);
        Assert.Equal(2L, third.Message.Headers![WireNames.DeliveryCount]);
        Assert.Equal("kept", HeaderText(third.Message.Headers["user"]));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_that_comes_back_too_often_is_dead_lettered()
    {
        // Like a quorum queue's x-delivery-limit: so many redeliveries, hence one delivery more.
        var subscription = Subscription() with { CommandDeliveryLimit = 2 };
        var (worker, deliveries) = await OpenWorkerAsync(subscription);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("poison", "deadly"));

        for (var i = 0; i < 3; i++)
        {
            await worker.RequeueAsync((await deliveries.NextAsync()).Tag);
        }

        var dead = Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation));
        Assert.Equal("poison", dead.MessageId);
        Assert.Equal("Ship", dead.Type);
        Assert.Equal("deadly", Text(dead));
        Assert.NotNull(dead.Headers);
        Assert.Equal(0, deliveries.Waiting);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_whose_workers_end_too_often_is_dead_lettered()
    {
        var subscription = Subscription() with { CommandDeliveryLimit = 2 };
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 0; i < 3; i++)
        {
            var (worker, deliveries) = await OpenWorkerAsync(subscription);
            if (i == 0)
            {
                await requester.PublishConfirmedAsync(Command("deadly"));
            }

            await deliveries.NextAsync();
            await worker.DisposeAsync();
        }

        Assert.Equal("deadly", Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation)).MessageId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_dead_letters_with_its_reasons()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1"));
        var received = await deliveries.NextAsync();

        await worker.PublishConfirmedAsync(new OutboundMessage
        {
            Queue = DeadLetters,
            Type = "Ship",
            MessageId = "1",
            Persistent = true,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.DeadReason] = "failed" },
            Body = Encoding.UTF8.GetBytes("body"),
        });
        await worker.AckAsync(received.Tag);

        var dead = Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation));
        Assert.Equal("1", dead.MessageId);
        Assert.Equal("body", Text(dead));
        Assert.Equal("failed", HeaderText(dead.Headers![WireNames.DeadReason]));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_backlog_of_commands_does_not_hold_up_calls()
    {
        var (_, deliveries) = await OpenWorkerAsync(Subscription(prefetch: 1));
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 0; i < 10; i++)
        {
            await requester.PublishConfirmedAsync(Command($"{i}"));
        }

        await requester.PublishAsync(Call("call"));

        var kinds = (await deliveries.NextAsync(2)).Select(static received => received.Queue);
        Assert.Equal([QueueKind.Calls, QueueKind.Commands], kinds.Order());
    }
}
