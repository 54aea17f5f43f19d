using System.Diagnostics;
using System.Globalization;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.RabbitMq.Tests;

public sealed class DelayTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task Nothing_is_lost_when_the_broker_is_killed_while_messages_wait_at_every_level()
    {
        const int Count = 200;
        await using (await OpenWorkerAsync(new WorkerSink(), WithCommands))
        {
        }

        var requester = await OpenRequesterAsync(new RequesterSink());
        var watch = Stopwatch.StartNew();
        await requester.PublishConfirmedAsync(Command("0", TimeSpan.FromSeconds(1)));
        TestContext.Current.SendDiagnosticMessage($"The first delayed message took {watch.ElapsedMilliseconds} ms.");
        await Broker.SyncAsync();
        await SoonAsync(Task.WhenAll(Enumerable.Range(1, Count - 1).Select(async i =>
            await requester.PublishConfirmedAsync(Command(i.ToString(CultureInfo.InvariantCulture), TimeSpan.FromSeconds(1 + (i % 15)))))));

        await Broker.KillAsync();
        await SoonAsync(requester.Lost);
        await requester.DisposeAsync();
        await Broker.StartAsync(Token);

        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, WithCommands);
        var missing = Enumerable.Range(0, Count).Select(static i => i.ToString(CultureInfo.InvariantCulture)).ToHashSet(StringComparer.Ordinal);
        while (missing.Count > 0)
        {
            var received = await NextAsync(work, missing.Count);
            missing.Remove(received.Message.MessageId!);
            await worker.AckAsync(received.Tag);
        }
    }

    [Fact]
    public async Task Every_digit_of_a_delay_names_its_level()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), WithCommands);
        await worker.PublishConfirmedAsync(Command("longest", OutboundMessage.MaxDelay));
        await worker.PublishConfirmedAsync(Command("power", TimeSpan.FromSeconds(1 << 20)));

        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var longest = await FindAsync(bare, WireNames.DelayLevel(21), "longest");
        var power = await FindAsync(bare, WireNames.DelayLevel(20), "power");

        Assert.Equal($"1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.{Service}.commands", longest);
        Assert.Equal($"0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.{Service}.commands", power);
    }

    [Fact]
    public async Task A_requester_that_may_not_delay_is_told_so_and_lives()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), WithCommands);
        var user = await AddUserAsync(@"^messaging\.reply\..*", ".*", ".*");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));
        await using var requester = await transport.OpenRequesterAsync(new RequesterSink(), Token);

        var failure = await FailsAsync(
            TransportFailure.Denied, () => requester.PublishConfirmedAsync(Command("1", TimeSpan.FromSeconds(1))).AsTask());
        await requester.PublishConfirmedAsync(Command("2", TimeSpan.Zero));

        Assert.Contains("messaging.delay.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set_permissions", failure.Message, StringComparison.Ordinal);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task The_permissions_that_are_documented_suffice_for_delays()
    {
        var serving = await AddUserAsync(DocumentedRights.Of("worker", Service));
        var calling = await AddUserAsync(DocumentedRights.Of("requester", Service));
        var work = new WorkerSink();
        await using var worker = await OpenTransport(options => options.Uri = Broker.UriFor(serving, serving))
            .OpenWorkerAsync(WithCommands(Subscription()), work, Token);
        await using var requester = await OpenTransport(options => options.Uri = Broker.UriFor(calling, calling))
            .OpenRequesterAsync(new RequesterSink(), Token);

        await requester.PublishConfirmedAsync(Command("1", TimeSpan.FromSeconds(1)));
        var first = await work.Deliveries.NextAsync();
        await worker.PublishConfirmedAsync(Command("2", TimeSpan.FromSeconds(1)));
        await worker.AckAsync(first.Tag);

        Assert.Equal("2", (await work.Deliveries.NextAsync()).Message.MessageId);
        Assert.Empty(Log.AtLeast(Microsoft.Extensions.Logging.LogLevel.Warning));
    }

    [Fact]
    public async Task A_requester_with_the_documented_permissions_is_told_that_nobody_serves()
    {
        var calling = await AddUserAsync(@"^messaging\..*", @"^(amq\.(default|direct)|messaging\..*)$", @"^messaging\..*");
        await using var requester = await OpenTransport(options => options.Uri = Broker.UriFor(calling, calling))
            .OpenRequesterAsync(new RequesterSink(), Token);

        await FailsAsync(TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Command("1", TimeSpan.FromSeconds(1))).AsTask());

        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_requester_delays_for_workers_of_an_earlier_version_that_make_nothing_known()
    {
        // From 4.3 only who has rights on the queue, as this user.
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeclareAsync(
            WireNames.CommandsQueue(Service), durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Token);
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await requester.PublishConfirmedAsync(Command("1", TimeSpan.FromHours(1)));

        Assert.False(requester.Lost.IsCompleted);
    }

    private static WorkerSubscription WithCommands(WorkerSubscription subscription) => subscription with { Commands = true, CommandPrefetch = 1000 };

    private OutboundMessage Command(string id, TimeSpan delay) => new()
    {
        Queue = WireNames.CommandsQueue(Service),
        Type = "Ship",
        MessageId = id,
        Persistent = true,
        Delay = delay,
    };

    /// <summary>
    /// Awaits the next delivery, patiently: should a level's queue not answer while the broker recovers, RabbitMQ passes a
    /// message on to it again only after three minutes (<c>dead_letter_worker_publisher_confirm_timeout</c>).
    /// </summary>
    private async Task<Received> NextAsync(WorkerSink work, int missing)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await work.Deliveries.NextAsync();
            }
            catch (TimeoutException late)
            {
                var queues = await Broker.RabbitmqctlAsync("list_queues", "name", "state", "messages_ready", "messages_unacknowledged");
                var state = $"{missing} messages are missing after {watch.Elapsed}: {queues}";
                Assert.True(watch.Elapsed < TimeSpan.FromMinutes(4), $"{state} {late}");
                TestContext.Current.SendDiagnosticMessage(state);
            }
        }
    }

    /// <summary>The routing key of a message that waits in a queue, which other tests use as well.</summary>
    private static async Task<string> FindAsync(Bare bare, string queue, string messageId)
    {
        while (true)
        {
            var got = await bare.Channel.BasicGetAsync(queue, autoAck: false, Token);
            if (got is not null && string.Equals(got.BasicProperties.MessageId, messageId, StringComparison.Ordinal))
            {
                await bare.Channel.BasicAckAsync(got.DeliveryTag, multiple: false, Token);
                return got.RoutingKey;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        }
    }
}
