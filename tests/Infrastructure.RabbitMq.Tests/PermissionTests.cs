using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests;

/// <summary>Users with exactly the rights that the documents tell to grant, on whichever broker the tests run.</summary>
public sealed class PermissionTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task Workers_and_requesters_call_command_cancel_and_announce_with_the_documented_rights()
    {
        var serving = await OpenAsAsync("worker");
        var calling = await OpenAsAsync("requester");
        var work = new WorkerSink();
        var answers = new RequesterSink();
        await using var worker = await serving.GetRequiredService<ITransport>().OpenWorkerAsync(
            Subscription() with { Commands = true, HighCommands = true, CommandPartitions = 2 }, work, Token);
        await using var requester = await calling.GetRequiredService<ITransport>().OpenRequesterAsync(answers, Token);

        await requester.PublishAsync(Request(requester, "call"));
        var call = await work.Deliveries.NextAsync();
        await worker.ReplyAsync(Reply(call));
        await worker.AckAsync(call.Tag);
        foreach (var queue in (string[])[WireNames.CommandsQueue(Service), WireNames.HighCommandsQueue(Service), WireNames.PartitionQueue(Service, 1)])
        {
            await requester.PublishConfirmedAsync(Command(queue));
            var command = await work.Deliveries.NextAsync();
            await worker.PublishConfirmedAsync(Command(WireNames.DeadLetterQueue(Service)));
            await worker.AckAsync(command.Tag);
        }

        await requester.PublishCancelAsync(Service, "cancelled");
        await worker.AnnounceAsync("{}"u8.ToArray());

        Assert.Equal("call", (await answers.Replies.NextAsync()).Message.CorrelationId);
        Assert.Equal("cancelled", await work.Cancelled.NextAsync());
        Assert.Null(worker.Unserved);
        Assert.NotNull(worker.ControlAddress);
        Assert.Empty(Log.AtLeast(LogLevel.Warning));
    }

    [Fact]
    public async Task Who_may_look_into_queues_counts_lists_replays_and_purges_with_the_documented_rights()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { Commands = true, CommandPartitions = 2 });
        await worker.StopConsumingAsync();
        foreach (var id in (string[])["replayed", "purged"])
        {
            await worker.PublishConfirmedAsync(Command(WireNames.DeadLetterQueue(Service), id));
        }

        var looking = await OpenAsAsync("who looks into queues");
        var letters = looking.GetRequiredService<IDeadLetters>();

        Assert.Equal(2, await letters.CountAsync(Service, Token));
        Assert.Equal(2, (await letters.ListAsync(Service, cancellationToken: Token)).Count);
        Assert.Equal(1, await letters.ReplayAsync(Service, static letter => string.Equals(letter.MessageId, "replayed", StringComparison.Ordinal), cancellationToken: Token));
        Assert.Equal(1, await letters.PurgeAsync(Service, cancellationToken: Token));
        var queues = await looking.GetRequiredService<IServiceQueues>().ListAsync(Service, Token);
        Assert.Equal(
            [(Service, 0L), (WireNames.CommandsQueue(Service), 1), (WireNames.PartitionQueue(Service, 0), 0), (WireNames.PartitionQueue(Service, 1), 0), (WireNames.DeadLetterQueue(Service), 0)],
            queues.Select(static queue => (queue.Name, queue.Messages)));
    }

    [Fact]
    public async Task Who_listens_hears_of_a_worker_with_the_documented_rights()
    {
        var serving = await OpenAsAsync("worker");
        var listening = await OpenAsAsync("who listens which services there are");
        var heard = new CatalogueSink();
        await using var catalogue = await listening.GetRequiredService<ITransport>().OpenCatalogueAsync(heard, Token);
        await using var worker = await serving.GetRequiredService<ITransport>().OpenWorkerAsync(Subscription(), new WorkerSink(), Token);

        await worker.AnnounceAsync("{\"here\":true}"u8.ToArray());

        Assert.Equal("{\"here\":true}"u8.ToArray(), (await heard.Announcements.NextAsync()).Body);
    }

    [Fact]
    public async Task Who_has_no_right_on_a_queue_is_told_how_to_get_one_where_a_look_needs_it()
    {
        // Since 4.3 RabbitMQ tells nobody of queues on which he has no right; before, it tells everybody.
        var looksAreRestricted = Broker.Version >= new Version(4, 3);
        await using var worker = await OpenWorkerAsync(new WorkerSink());
        var user = await AddUserAsync("^$", @"^amq\.default$", "^$");
        await using var look = await OpenTransport(options => options.Uri = Broker.UriFor(user, user)).OpenQueueLookAsync(Token);

        if (looksAreRestricted)
        {
            var denied = await FailsAsync(TransportFailure.Denied, () => look.FindAsync(Service).AsTask());
            Assert.Contains("rabbitmqctl set_permissions", denied.Message, StringComparison.Ordinal);
            Assert.Contains("whichever", denied.Message, StringComparison.Ordinal);
            Assert.False(look.Lost.IsCompleted);
        }
        else
        {
            Assert.Equal(1, (await look.FindAsync(Service))!.Value.Consumers);
        }
    }

    [Fact]
    public async Task A_worker_whose_rights_end_with_its_own_partitions_serves_them()
    {
        // It looks for partitions that the contract does not name, and need not be told whether there are any.
        var own = $@"{Service}(\.commands(\.[01])?|\.dead)?";
        var user = await AddUserAsync($@"^({own}|messaging\..*)$", $@"^(amq\.(default|direct)|{own}|messaging\..*)$", $@"^(amq\.direct|{own}|messaging\..*)$");
        var work = new WorkerSink();
        await using var worker = await OpenTransport(options => options.Uri = Broker.UriFor(user, user))
            .OpenWorkerAsync(Subscription() with { Commands = true, CommandPartitions = 2 }, work, Token);

        await worker.PublishConfirmedAsync(Command(WireNames.PartitionQueue(Service, 1)));

        Assert.Equal(QueueKind.OrderedCommands, (await work.Deliveries.NextAsync()).Queue);
    }

    private async Task<IServiceProvider> OpenAsAsync(string who)
    {
        var user = await AddUserAsync(DocumentedRights.Of(who, Service));
        return OpenServices(options => options.Uri = Broker.UriFor(user, user));
    }

    private OutboundMessage Command(string queue, string id = "1") => new()
    {
        Queue = queue,
        Type = "Ship",
        ContentType = "application/json",
        MessageId = id,
        Persistent = true,
        Headers = new Dictionary<string, object?> { [WireNames.DeadQueue] = WireNames.CommandsQueue(Service) },
        Body = "{}"u8.ToArray(),
    };

    private sealed class CatalogueSink : ICatalogueSink
    {
        public Mailbox<Received> Announcements { get; } = new();

        public void OnAnnouncement(in InboundMessage message) => Announcements.Add(Received.From(message));
    }
}
