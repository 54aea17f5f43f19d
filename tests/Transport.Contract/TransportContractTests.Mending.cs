using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_dead_letter_whose_queue_was_deleted_has_it_declared_again()
    {
        var (worker, deliveries) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1"));
        var command = await deliveries.NextAsync();

        await Harness.DeleteQueueAsync(DeadLetters);
        await worker.PublishConfirmedAsync(Command("1") with { Queue = DeadLetters });
        await worker.AckAsync(command.Tag);

        Assert.Equal("1", Assert.Single(await Harness.TakeAsync(DeadLetters, 1, Cancellation)).MessageId);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_dead_letter_whose_queue_is_full_is_refused_and_drops_no_other()
    {
        var (worker, _) = await OpenWorkerAsync();
        await worker.PublishConfirmedAsync(Command("1") with { Queue = DeadLetters });
        await worker.PublishConfirmedAsync(Command("2") with { Queue = DeadLetters });

        await Harness.LimitQueueAsync(DeadLetters, 1);
        await AssertFailsAsync(TransportFailure.Refused, () => worker.PublishConfirmedAsync(Command("3") with { Queue = DeadLetters }));
        await Harness.LimitQueueAsync(DeadLetters, null);
        await UntilTakenAsync(() => worker.PublishConfirmedAsync(Command("4") with { Queue = DeadLetters }));

        Assert.Equal(["1", "2", "4"], (await Harness.TakeAsync(DeadLetters, 3, Cancellation)).Select(static letter => letter.MessageId));
        Assert.False(worker.Lost.IsCompleted);
    }

    /// <summary>A broker may need a moment until a limit that was lifted is none any more.</summary>
    private async Task UntilTakenAsync(Func<ValueTask> publish)
    {
        while (true)
        {
            try
            {
                await publish();
                return;
            }
            catch (TransportException refused) when (refused.Failure == TransportFailure.Refused)
            {
                await Harness.PassTimeAsync(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_whose_queue_is_full_is_refused_and_drops_no_other()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("1"));
        await requester.PublishConfirmedAsync(Command("2"));

        await Harness.LimitQueueAsync(Commands, 1);
        await AssertFailsAsync(TransportFailure.Refused, () => requester.PublishConfirmedAsync(Command("3")));
        await Harness.LimitQueueAsync(Commands, null);

        Assert.Equal(["1", "2"], (await Harness.TakeAsync(Commands, 2, Cancellation)).Select(static command => command.MessageId));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Delayed_commands_that_found_no_queue_when_they_were_due_come_home_when_there_is_one_again()
    {
        var other = Subscription() with { Service = "other-" + Service };
        await DeclareAsync();
        await DeclareAsync(other);
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishConfirmedAsync(Command("mine", "kept") with { Delay = _second });
        await requester.PublishConfirmedAsync(Command("other") with { Queue = WireNames.CommandsQueue(other.Service), Delay = _second });
        await Harness.DeleteQueueAsync(Commands);
        await Harness.DeleteQueueAsync(WireNames.CommandsQueue(other.Service));
        await Harness.PassTimeAsync(2 * _second);

        var (worker, deliveries) = await OpenWorkerAsync();
        var home = await deliveries.NextAsync();
        await worker.AckAsync(home.Tag);

        // While the worker lives: one that ends this moment may not have taken out yet what it has brought home.
        Assert.Equal(("mine", "kept", "Ship"), (home.Message.MessageId, Text(home.Message), home.Message.Type));
        Assert.Equal("other", Assert.Single(await Harness.TakeAsync(WireNames.DelayLost, 1, Cancellation)).MessageId);
        await worker.DisposeAsync();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_can_be_delayed_while_the_queue_is_gone_that_a_worker_had_declared()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await Harness.DeleteQueueAsync(Commands);

        await requester.PublishConfirmedAsync(Command("1") with { Delay = 3 * _second });
        var (_, deliveries) = await OpenWorkerAsync();
        await Harness.PassTimeAsync(3 * _second);

        Assert.Equal("1", (await deliveries.NextAsync()).CorrelationId);
    }
}
