using Messaging.RabbitMq.Tests.Support;
using Messaging.Testing;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests;

/// <summary>
/// The node that holds the calls queue goes away, while worker and requester are connected to others. Stopped and killed
/// are different things to RabbitMQ 4: it answers questions for the queue of a node that was stopped.
/// </summary>
public sealed class StandbyTests(BrokerFixture fixture, ClusterFixture clusters) : TransportTest(fixture), IClassFixture<ClusterFixture>
{
    private const int Home = 1;

    private PrivateCluster Cluster => clusters.Cluster;

    private string Standby => WireNames.StandbyQueue(Service);

    public override ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrivateBroker.CanFormClusters, "A cluster is made of servers that are installed or lie in a root folder.");
        return base.InitializeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_are_served_while_the_node_of_their_queue_is_away_and_when_it_is_back(bool killed)
    {
        await DeclareHomeAsync();
        var work = new WorkerSink();
        await using var worker = await On(0).OpenWorkerAsync(Subscription(), work, Token);
        var sink = new RequesterSink();
        await using var requester = await On(2).OpenRequesterAsync(sink, Token);
        await RoundTripAsync(requester, sink, worker, work, "before");

        // Delivered, and not yet answered: its worker finishes it although the queue it came from is gone.
        await requester.PublishAsync(Request(requester, "running"));
        var running = await work.Deliveries.NextAsync();
        await (killed ? Cluster.Nodes[Home].KillAsync() : Cluster.Nodes[Home].StopAppAsync());
        try
        {
            // RabbitMQ 4 drops what is published for the queue until its worker has given it up, and says nothing; what comes after that shows that it was.
            var served = await ServedAsync(requester, work);
            await worker.ReplyAsync(Reply(served));
            await worker.AckAsync(served.Tag);
            await worker.ReplyAsync(Reply(running));
            await worker.AckAsync(running.Tag);
            var replies = new[] { await sink.Replies.NextAsync(), await sink.Replies.NextAsync() };

            Assert.Equal([served.Message.CorrelationId, "running"], replies.Select(static reply => reply.Message.CorrelationId));
            Assert.False(worker.Lost.IsCompleted);
            Assert.False(requester.Lost.IsCompleted);
            Assert.Empty(await DrainAsync(sink.Returned));
            Assert.Equal(Service, await sink.LostCalls.NextAsync());
        }
        finally
        {
            await (killed ? Cluster.Nodes[Home].StartAsync(Token) : Cluster.Nodes[Home].StartAppAsync(Token));
        }

        await BackAsync();
        await RoundTripAsync(requester, sink, worker, work, "after");
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task Confirmed_calls_are_taken_by_the_standby()
    {
        await DeclareHomeAsync();
        var work = new WorkerSink();
        await using var worker = await On(0).OpenWorkerAsync(Subscription(), work, Token);
        await using var requester = await On(2).OpenRequesterAsync(new RequesterSink(), Token);
        await Cluster.Nodes[Home].StopAppAsync();
        try
        {
            await SoonAsync(requester.PublishConfirmedAsync(Request(requester, "confirmed") with { MessageId = "confirmed", Persistent = true }).AsTask());
            Assert.Equal("confirmed", (await work.Deliveries.NextAsync()).Message.CorrelationId);
        }
        finally
        {
            await Cluster.Nodes[Home].StartAppAsync(Token);
        }
    }

    [Fact]
    public async Task The_documented_rights_suffice()
    {
        await DeclareHomeAsync();
        var serving = await AddUserAsync("worker");
        var calling = await AddUserAsync("requester");
        var work = new WorkerSink();
        await using var worker = await OpenTransport(options => options.Uri = Cluster.Nodes[0].UriFor(serving, serving)).OpenWorkerAsync(Subscription(), work, Token);
        var sink = new RequesterSink();
        await using var requester = await OpenTransport(options => options.Uri = Cluster.Nodes[2].UriFor(calling, calling)).OpenRequesterAsync(sink, Token);
        await RoundTripAsync(requester, sink, worker, work, "before");
        await Cluster.Nodes[Home].StopAppAsync();
        try
        {
            var served = await ServedAsync(requester, work);
            await worker.ReplyAsync(Reply(served));
            await worker.AckAsync(served.Tag);
            Assert.Equal(served.Message.CorrelationId, (await sink.Replies.NextAsync()).Message.CorrelationId);
            Assert.False(requester.Lost.IsCompleted);

            // Who may not look says so of a service that nobody serves all the same.
            await requester.PublishAsync(Request(requester, "nobody") with { Queue = Service + "-nobody" });
            Assert.Equal("nobody", await sink.Returned.NextAsync());
        }
        finally
        {
            await Cluster.Nodes[Home].StartAppAsync(Token);
        }

        await BackAsync();
        await RoundTripAsync(requester, sink, worker, work, "after");
    }

    [Fact]
    public async Task A_worker_that_comes_while_the_node_is_away_serves()
    {
        await DeclareHomeAsync();
        await Cluster.Nodes[Home].StopAppAsync();
        try
        {
            var work = new WorkerSink();
            await using var worker = await On(0).OpenWorkerAsync(Subscription(), work, Token);
            await using var requester = await On(2).OpenRequesterAsync(new RequesterSink(), Token);
            await ServedAsync(requester, work);
            Assert.Contains(Log.AtLeast(LogLevel.Warning), text => text.Contains($"'{Standby}'", StringComparison.Ordinal));
        }
        finally
        {
            await Cluster.Nodes[Home].StartAppAsync(Token);
        }
    }

    [Fact]
    public async Task Calls_wait_for_a_worker_where_the_node_is_away_and_none_has_come_yet()
    {
        Assert.SkipWhen(Cluster.Nodes[0].Version.Major >= 4, "RabbitMQ 4 takes what is published for a queue whose node is away, and drops it.");
        await DeclareHomeAsync();
        var sink = new RequesterSink();
        await using var requester = await On(2).OpenRequesterAsync(sink, Token);
        await Cluster.Nodes[Home].StopAppAsync();
        try
        {
            // Before the other nodes have taken note, what is published is lost without a sign.
            var away = sink.Away.NextAsync();
            while (!away.IsCompleted)
            {
                await requester.PublishAsync(Request(requester, "early"));
                await Task.WhenAny(away, Task.Delay(TimeSpan.FromMilliseconds(100), Token));
            }

            var why = await away;
            Assert.Contains($"the node of the broker that holds the queue '{Service}' is away", why, StringComparison.Ordinal);

            var work = new WorkerSink();
            await using var worker = await On(0).OpenWorkerAsync(Subscription(), work, Token);
            Assert.Equal("early", (await work.Deliveries.NextAsync()).Message.CorrelationId);
            Assert.Null(await sink.Away.NextAsync());
        }
        finally
        {
            await Cluster.Nodes[Home].StartAppAsync(Token);
        }
    }

    [Fact]
    public async Task Who_is_served_by_nobody_is_told_so_while_a_node_is_away()
    {
        var sink = new RequesterSink();
        await using var requester = await On(2).OpenRequesterAsync(sink, Token);
        await Cluster.Nodes[Home].StopAppAsync();
        try
        {
            await requester.PublishAsync(Request(requester, "nobody"));
            Assert.Equal("nobody", await sink.Returned.NextAsync());
        }
        finally
        {
            await Cluster.Nodes[Home].StartAppAsync(Token);
        }
    }

    private async Task<string> AddUserAsync(string who)
    {
        var rights = DocumentedRights.Of(who, Service);
        var user = "user-" + Guid.NewGuid().ToString("N")[..8];
        await Cluster.Nodes[0].RabbitmqctlAsync("add_user", user, user);
        await Cluster.Nodes[0].RabbitmqctlAsync("set_permissions", user, rights.Configure, rights.Write, rights.Read);
        return user;
    }

    private ITransport On(int node) => OpenTransport(options => options.Uri = Cluster.Nodes[node].Uri);

    /// <summary>A worker of before, connected there, has declared the queue: a classic queue lives where it was declared.</summary>
    private async Task DeclareHomeAsync()
    {
        await using var worker = await On(Home).OpenWorkerAsync(Subscription(), new WorkerSink(), Token);
    }

    private async Task RoundTripAsync(IRequesterLink requester, RequesterSink sink, IWorkerLink worker, WorkerSink work, string id)
    {
        await requester.PublishAsync(Request(requester, id));
        var request = await work.Deliveries.NextAsync();
        while (!string.Equals(request.Message.CorrelationId, id, StringComparison.Ordinal))
        {
            // One of those that were published to find out whether it was served.
            await worker.AckAsync(request.Tag);
            request = await work.Deliveries.NextAsync();
        }

        await worker.ReplyAsync(Reply(request));
        await worker.AckAsync(request.Tag);
        Assert.Equal(id, (await sink.Replies.NextAsync()).Message.CorrelationId);
    }

    private async Task<Received> ServedAsync(IRequesterLink requester, WorkerSink work)
    {
        var delivery = work.Deliveries.NextAsync();
        for (var number = 1; !delivery.IsCompleted; number++)
        {
            await requester.PublishAsync(Request(requester, $"call-{number}"));
            await Task.WhenAny(delivery, Task.Delay(TimeSpan.FromMilliseconds(100), Token));
        }

        return await delivery;
    }

    /// <summary>Waits until the queue is consumed again.</summary>
    private async Task BackAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!(await Cluster.Nodes[0].RabbitmqctlAsync("list_queues", "name", "consumers")).Contains($"{Service}\t1", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }

    private static async Task<List<string>> DrainAsync(Mailbox<string> box)
    {
        var all = new List<string>();
        while (box.Count > 0)
        {
            all.Add(await box.NextAsync());
        }

        return all;
    }
}
