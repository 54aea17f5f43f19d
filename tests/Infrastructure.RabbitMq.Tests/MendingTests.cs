using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests;

/// <summary>An operator deletes, fills and changes what is behind the commands.</summary>
public sealed class MendingTests(BrokerFixture fixture) : TransportTest(fixture)
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private string Commands => WireNames.CommandsQueue(Service);

    private string DeadLetters => WireNames.DeadLetterQueue(Service);

    [Theory]
    [InlineData("exchange")]
    [InlineData("queue")]
    [InlineData("binding")]
    public async Task What_was_deleted_of_a_level_of_delay_is_declared_again_and_the_message_published_again(string deleted)
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, Watching);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishConfirmedAsync(Command("1", _second));
        await worker.AckAsync((await work.Deliveries.NextAsync()).Tag);

        await DeleteAsync(deleted, WireNames.DelayLevel(0));
        await SoonAsync(requester.PublishConfirmedAsync(Command("2", _second)).AsTask());

        Assert.Equal("2", (await work.Deliveries.NextAsync()).Message.MessageId);
        Assert.False(requester.Lost.IsCompleted);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_worker_that_delays_a_command_mends_the_levels_too_and_keeps_its_link()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, Watching);
        await worker.PublishConfirmedAsync(Command("1", _second));
        await worker.AckAsync((await work.Deliveries.NextAsync()).Tag);

        await DeleteAsync("exchange", WireNames.DelayLevel(0));
        await SoonAsync(Task.WhenAll(Enumerable.Range(2, 20).Select(async i => await worker.PublishConfirmedAsync(Command($"{i}", _second)))));

        var came = new HashSet<string>(StringComparer.Ordinal);
        while (came.Count < 20)
        {
            var received = await work.Deliveries.NextAsync();
            came.Add(received.Message.MessageId!);
            await worker.AckAsync(received.Tag);
        }

        Assert.False(worker.Lost.IsCompleted);
    }

    [Theory]
    [InlineData("exchange")]
    [InlineData("binding")]
    public async Task What_is_due_comes_though_somebody_deletes_what_brings_it_and_nobody_publishes(string deleted)
    {
        await HastenAsync();
        await DeleteAsync("queue", WireNames.DelayLevel(0));
        await DeleteAsync("queue", WireNames.DelayLevel(1));
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, Watching);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishConfirmedAsync(Command("1", 3 * _second));

        await DeleteAsync(deleted, WireNames.DelayDue);

        Assert.Equal("1", (await work.Deliveries.NextAsync()).Message.MessageId);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_dead_letter_queue_that_was_deleted_is_there_again_though_nothing_fails()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), Watching);

        await DeleteAsync("queue", DeadLetters);

        await UntilAsync(() => ExistsAsync(DeadLetters));
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task The_broker_keeps_what_it_dead_letters_until_the_dead_letter_queue_is_there_and_has_room()
    {
        await HastenAsync();
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, static subscription => subscription with { Commands = true, TopologyWatchInterval = TimeSpan.FromHours(1) });
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishConfirmedAsync(Command("missing", TimeSpan.Zero));
        var first = await work.Deliveries.NextAsync();

        await DeleteAsync("queue", DeadLetters);
        await worker.RejectAsync(first.Tag);
        await requester.PublishConfirmedAsync(Command("after", TimeSpan.Zero));
        await worker.AckAsync((await work.Deliveries.NextAsync()).Tag);
        await using var again = await OpenWorkerAsync(new WorkerSink(), Watching);

        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        Assert.Equal("missing", (await GetAsync(bare, DeadLetters)).BasicProperties.MessageId);
    }

    [Fact]
    public async Task Queues_of_an_earlier_version_are_served_as_they_are_and_each_is_told_of_once_with_its_policy()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await DeclareOldAsync(bare, DeadLetters, new Dictionary<string, object?> { ["x-delivery-limit"] = int.MaxValue });
        await DeclareOldAsync(bare, Commands, new Dictionary<string, object?>
        {
            ["x-delivery-limit"] = 5,
            ["x-dead-letter-exchange"] = string.Empty,
            ["x-dead-letter-routing-key"] = DeadLetters,
        });

        for (var i = 0; i < 2; i++)
        {
            var work = new WorkerSink();
            await using var worker = await OpenWorkerAsync(work, Watching);
            await using var requester = await OpenRequesterAsync(new RequesterSink());
            await requester.PublishConfirmedAsync(Command("1", TimeSpan.Zero));
            await worker.AckAsync((await work.Deliveries.NextAsync()).Tag);
        }

        var warnings = Log.AtLeast(LogLevel.Warning).ToList();
        Assert.Equal(2, warnings.Count);
        Assert.Contains(warnings, text => text.Contains($$"""'^{{DeadLetters.Replace(".", "\\.", StringComparison.Ordinal)}}$' '{"overflow":"reject-publish"}'""", StringComparison.Ordinal));
        var advice = Assert.Single(warnings, text => text.Contains($"'{Commands}'", StringComparison.Ordinal));
        Assert.Contains("""{"dead-letter-strategy":"at-least-once","overflow":"reject-publish"}""", advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_advice_for_a_queue_of_an_earlier_version_says_keeps_its_dead_letters()
    {
        await HastenAsync();
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var old = new Dictionary<string, object?>
        {
            ["x-delivery-limit"] = 5,
            ["x-dead-letter-exchange"] = string.Empty,
            ["x-dead-letter-routing-key"] = DeadLetters,
        };
        await DeclareOldAsync(bare, Commands, old);
        await Broker.SetPolicyAsync(Commands, """{"dead-letter-strategy":"at-least-once","overflow":"reject-publish"}""");
        try
        {
            await bare.Channel.BasicPublishAsync(string.Empty, Commands, mandatory: true, new BasicProperties { MessageId = "kept" }, "{}"u8.ToArray(), Token);
            await bare.Channel.BasicRejectAsync((await GetAsync(bare, Commands, autoAck: false)).DeliveryTag, requeue: false, Token);
            await using var worker = await OpenWorkerAsync(new WorkerSink(), Watching);

            Assert.Equal("kept", (await GetAsync(bare, DeadLetters)).BasicProperties.MessageId);
        }
        finally
        {
            await Broker.LiftLimitAsync(Commands);
        }
    }

    [Fact]
    public async Task A_policy_by_which_commands_expire_takes_them_to_the_dead_letters()
    {
        await using (await OpenWorkerAsync(new WorkerSink(), Watching))
        {
        }

        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await Broker.SetPolicyAsync(Commands, """{"message-ttl":100}""");
        try
        {
            await requester.PublishConfirmedAsync(Command("1", TimeSpan.Zero));
            await using var bare = await Bare.ConnectAsync(Broker.Uri);
            var letter = await GetAsync(bare, DeadLetters);

            Assert.Equal("1", letter.BasicProperties.MessageId);
            Assert.Equal("expired", System.Text.Encoding.UTF8.GetString((byte[])letter.BasicProperties.Headers!["x-first-death-reason"]!));
        }
        finally
        {
            await Broker.LiftLimitAsync(Commands);
        }
    }

    [Fact]
    public async Task A_level_that_is_full_is_named_and_not_the_queue_of_the_commands()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), Watching);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        var level = WireNames.DelayLevel(21);
        await requester.PublishConfirmedAsync(Command("1", OutboundMessage.MaxDelay));
        await requester.PublishConfirmedAsync(Command("2", OutboundMessage.MaxDelay));
        await Broker.LimitQueueAsync(level, 1);
        try
        {
            var failure = await FailsAsync(TransportFailure.Refused, () => requester.PublishConfirmedAsync(Command("3", OutboundMessage.MaxDelay)).AsTask());

            Assert.Contains($"the queue '{level}' is full", failure.Message, StringComparison.Ordinal);
            Assert.False(requester.Lost.IsCompleted);
        }
        finally
        {
            await Broker.LiftLimitAsync(level);
        }
    }

    private static WorkerSubscription Watching(WorkerSubscription subscription) =>
        subscription with { Commands = true, TopologyWatchInterval = TimeSpan.FromMilliseconds(300) };

    // A queue's dead-letter worker takes the time from here when it starts.
    private Task<string> HastenAsync() => Broker.RabbitmqctlAsync("eval", "application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, 1000).");

    private async Task DeleteAsync(string what, string name)
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        switch (what)
        {
            case "exchange":
                await bare.Channel.ExchangeDeleteAsync(name, ifUnused: false, cancellationToken: Token);
                break;
            case "queue":
                await Stranger.LetQueuesStartAsync(Broker);
                await bare.Channel.QueueDeleteAsync(name, ifUnused: false, ifEmpty: false, cancellationToken: Token);
                break;
            default:
                var (queue, key) = string.Equals(name, WireNames.DelayDue, StringComparison.Ordinal)
                    ? (Commands, DelayRouting.DuePattern(Commands))
                    : (name, DelayRouting.Pattern(0, 1));
                await bare.Channel.QueueUnbindAsync(queue, name, key, cancellationToken: Token);
                break;
        }
    }

    private async Task<bool> ExistsAsync(string queue)
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        try
        {
            await bare.Channel.QueueDeclarePassiveAsync(queue, Token);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }

    private static async Task<BasicGetResult> GetAsync(Bare bare, string queue, bool autoAck = true)
    {
        while (true)
        {
            if (await bare.Channel.BasicGetAsync(queue, autoAck, Token) is { } got)
            {
                return got;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }

    private static async Task DeclareOldAsync(Bare bare, string queue, Dictionary<string, object?> arguments)
    {
        arguments["x-queue-type"] = "quorum";
        await bare.Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: Token);
    }

    private OutboundMessage Command(string id, TimeSpan delay) => new()
    {
        Queue = Commands,
        Type = "Ship",
        MessageId = id,
        Persistent = true,
        Delay = delay,
    };
}
