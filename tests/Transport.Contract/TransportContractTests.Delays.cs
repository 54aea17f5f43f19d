using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact(Timeout = TimeoutMs)]
    public async Task A_delayed_command_comes_when_its_delay_is_over_and_not_before()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("later", "kept") with { Delay = 5 * _second });
        await requester.PublishConfirmedAsync(Command("now"));
        await worker.AckAsync((await deliveries.NextAsync()).Tag);
        await Harness.PassTimeAsync(_second);
        var early = deliveries.Waiting;
        await Harness.PassTimeAsync(4 * _second);
        var later = await deliveries.NextAsync();

        Assert.Equal(0, early);
        Assert.Equal(("later", "later", "Ship"), (later.CorrelationId, later.Message.MessageId, later.Message.Type));
        Assert.Equal("kept", Text(later.Message));
        Assert.Equal(QueueKind.Commands, later.Queue);
        Assert.False(later.Message.Redelivered);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_delays_a_command_too()
    {
        var (worker, deliveries) = await OpenWorkerAsync();

        await worker.PublishConfirmedAsync(Command("1") with { Delay = TimeSpan.FromMilliseconds(1) });
        await Harness.PassTimeAsync(_second);

        Assert.Equal("1", (await deliveries.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Shorter_delays_overtake_longer_ones()
    {
        var (_, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("longest") with { Delay = 5 * _second });
        await requester.PublishConfirmedAsync(Command("shortest") with { Delay = _second });
        await requester.PublishConfirmedAsync(Command("middle") with { Delay = 3 * _second });
        await Harness.PassTimeAsync(5 * _second);

        Assert.Equal(["shortest", "middle", "longest"], (await deliveries.NextAsync(3)).Select(static received => received.CorrelationId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Delayed_commands_survive_a_restart_of_the_broker()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        for (var i = 1; i <= 7; i++)
        {
            await requester.PublishConfirmedAsync(Command($"{i}") with { Delay = i * _second });
        }

        await Harness.RestartBrokerAsync();
        await Harness.PassTimeAsync(7 * _second);
        var (_, deliveries) = await OpenWorkerAsync();

        Assert.Equal(
            ["1", "2", "3", "4", "5", "6", "7"],
            (await deliveries.NextAsync(7)).Select(static received => received.CorrelationId).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_delayed_command_that_no_queue_takes_fails_as_unroutable_until_there_is_one()
    {
        var (requester, _) = await OpenRequesterAsync();

        await AssertFailsAsync(TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Command("1") with { Delay = _second }));
        Assert.False(requester.Lost.IsCompleted);
        var (_, deliveries) = await OpenWorkerAsync();
        await requester.PublishConfirmedAsync(Command("2") with { Delay = _second });
        await Harness.PassTimeAsync(_second);

        Assert.Equal("2", (await deliveries.NextAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_delayed_command_whose_queue_was_deleted_is_kept_with_the_lost_ones()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("lost") with { Delay = _second });

        await Harness.DeleteQueueAsync(Commands);
        await Harness.PassTimeAsync(_second);

        Assert.Equal("lost", Assert.Single(await Harness.TakeAsync(WireNames.DelayLost, 1, Cancellation)).MessageId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_due_command_goes_to_its_own_queue_only()
    {
        // One name ends as the other does.
        var other = Subscription() with { Service = "a." + Service };
        var (_, deliveries) = await OpenWorkerAsync();
        var (_, others) = await OpenWorkerAsync(other);
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishConfirmedAsync(Command("other") with { Queue = WireNames.CommandsQueue(other.Service), Delay = _second });
        await requester.PublishConfirmedAsync(Command("mine") with { Delay = _second });
        await Harness.PassTimeAsync(_second);

        Assert.Equal("other", (await others.NextAsync()).CorrelationId);
        Assert.Equal("mine", (await deliveries.NextAsync()).CorrelationId);
        await Harness.PassTimeAsync(TimeSpan.Zero);
        Assert.Equal((0, 0), (others.Waiting, deliveries.Waiting));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Only_confirmed_messages_that_do_not_expire_are_delayed()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        var delayed = Command("1") with { Delay = _second };

        await AssertFailsAsync(TransportFailure.Misconfigured, () => requester.PublishAsync(delayed));
        await AssertFailsAsync(TransportFailure.Misconfigured, () => requester.PublishConfirmedAsync(delayed with { ExpirationMs = 1000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Command("1") with { Delay = -_second });
        Assert.Throws<ArgumentOutOfRangeException>(() => Command("1") with { Delay = OutboundMessage.MaxDelay + TimeSpan.FromTicks(1) });

        await requester.PublishConfirmedAsync(Command("1") with { Delay = OutboundMessage.MaxDelay });
        Assert.False(requester.Lost.IsCompleted);
    }
}
