using System.Globalization;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.RabbitMq.Tests;

/// <summary>How the broker remembers cancelled commands, and what an operator can do to it.</summary>
public sealed class CancelledCommandTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task Many_cancelled_commands_are_one_queue_and_nothing_is_left_when_they_are_forgotten()
    {
        const int Count = 500;
        var requester = await OpenRequesterAsync(new RequesterSink());
        var worker = await OpenWorkerAsync(new WorkerSink());
        await requester.RememberCancelledAsync(Service, "first");
        await worker.ForgetCancelledAsync(["first"]);
        var before = await CountAsync();
        string[] ids = [.. Enumerable.Range(0, Count).Select(static id => id.ToString(CultureInfo.InvariantCulture))];

        await SoonAsync(Task.WhenAll(ids.Select(id => requester.RememberCancelledAsync(Service, id))));
        var meanwhile = await CountAsync();
        await Broker.KillAsync();
        await Broker.StartAsync(Token);
        worker = await OpenWorkerAsync(new WorkerSink());
        var cancelled = await Task.WhenAll(ids.Select(async id => await worker.IsCancelledAsync(id)));
        await SoonAsync(worker.ForgetCancelledAsync(ids));

        Assert.Equal((before.Queues, before.Bindings + Count, before.Messages), meanwhile);
        Assert.All(cancelled, Assert.True);
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task What_an_operator_deletes_is_declared_again_and_costs_no_link()
    {
        var requester = await OpenRequesterAsync(new RequesterSink());
        var worker = await OpenWorkerAsync(new WorkerSink());
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var queue = WireNames.CancelledQueue(CancelledTopology.EpochOf(TimeProvider.System.GetUtcNow()));
        Func<Task>[] deletions =
        [
            () => bare.Channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Token),
            () => bare.Channel.QueueUnbindAsync(queue, WireNames.Cancelled, CancelledKey.Of(Service, "1"), cancellationToken: Token),
            () => bare.Channel.ExchangeDeleteAsync(WireNames.Cancelled, ifUnused: false, cancellationToken: Token),
        ];

        foreach (var deleteAsync in deletions)
        {
            await requester.RememberCancelledAsync(Service, "1");
            Assert.True(await worker.IsCancelledAsync("1"));
            await deleteAsync();

            Assert.False(await worker.IsCancelledAsync("1"));
            await worker.ForgetCancelledAsync(["1"]);
            await requester.RememberCancelledAsync(Service, "1");
            Assert.True(await worker.IsCancelledAsync("1"));
        }

        Assert.False(requester.Lost.IsCompleted || worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task Questions_asked_at_once_are_all_answered_though_the_exchange_was_deleted()
    {
        var requester = await OpenRequesterAsync(new RequesterSink());
        var worker = await OpenWorkerAsync(new WorkerSink());
        Assert.False(await worker.IsCancelledAsync("0"));
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.ExchangeDeleteAsync(WireNames.Cancelled, ifUnused: false, cancellationToken: Token);

        var answers = await SoonAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(id => AnsweredAsync(worker, $"{id}"))));

        Assert.All(answers, Assert.False);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task While_the_queue_has_no_leader_there_is_no_answer_and_none_says_that_it_was_not_cancelled()
    {
        var requester = await OpenRequesterAsync(new RequesterSink());
        var worker = await OpenWorkerAsync(new WorkerSink());
        await requester.RememberCancelledAsync(Service, "1");
        Assert.True(await worker.IsCancelledAsync("1"));
        await LeaderAsync("stop_server");
        try
        {
            var failure = await Assert.ThrowsAsync<TransportException>(async () => await SoonAsync(worker.IsCancelledAsync("1").AsTask()));
            Assert.True(failure.Failure is TransportFailure.Unknown or TransportFailure.Refused, failure.Message);
            Assert.Contains("messaging.cancelled.*", failure.Message, StringComparison.Ordinal);
            Assert.False(await worker.IsCancelledAsync("2"));
        }
        finally
        {
            await LeaderAsync("restart_server");
        }

        Assert.True(await SoonAsync(AnsweredAsync(worker, "1")));
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task The_permissions_that_are_documented_suffice_for_cancelling_and_asking()
    {
        var serving = await AddUserAsync($@"^({Service}(\..*)?|messaging\..*)$", $@"^(amq\.default|{Service}(\..*)?|messaging\..*)$", $@"^(amq\.direct|{Service}(\..*)?|messaging\..*)$");
        var calling = await AddUserAsync(@"^messaging\..*", @"^(amq\.(default|direct)|messaging\..*)$", @"^messaging\..*");
        await using var worker = await OpenTransport(options => options.Uri = Broker.UriFor(serving, serving))
            .OpenWorkerAsync(Subscription(), new WorkerSink(), Token);
        await using var requester = await OpenTransport(options => options.Uri = Broker.UriFor(calling, calling))
            .OpenRequesterAsync(new RequesterSink(), Token);

        await requester.RememberCancelledAsync(Service, "1");
        Assert.True(await worker.IsCancelledAsync("1"));
        await worker.ForgetCancelledAsync(["1"]);
        Assert.False(await worker.IsCancelledAsync("1"));
    }

    [Fact]
    public async Task Who_may_not_ask_or_cancel_is_told_what_to_grant_and_keeps_the_link()
    {
        var serving = await AddUserAsync($@"^({Service}(\..*)?|messaging\..*)$", $@"^(amq\.default|{Service}(\..*)?)$", $@"^(amq\.direct|{Service}(\..*)?|messaging\..*)$");
        var calling = await AddUserAsync(@"^messaging\.reply\..*", ".*", ".*");
        await using var worker = await OpenTransport(options => options.Uri = Broker.UriFor(serving, serving))
            .OpenWorkerAsync(Subscription(), new WorkerSink(), Token);
        await using var requester = await OpenTransport(options => options.Uri = Broker.UriFor(calling, calling))
            .OpenRequesterAsync(new RequesterSink(), Token);

        var asked = await FailsAsync(TransportFailure.Denied, () => worker.IsCancelledAsync("1").AsTask());
        var cancelled = await FailsAsync(TransportFailure.Denied, () => requester.RememberCancelledAsync(Service, "1"));

        Assert.All([asked, cancelled], failure => Assert.Contains("set_permissions", failure.Message, StringComparison.Ordinal));
        Assert.False(requester.Lost.IsCompleted || worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_cancellation_counts_and_can_be_forgotten_in_the_epoch_after_its_own()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(50 * 1000).AddSeconds(-1));
        var later = new FakeTimeProvider(time.GetUtcNow() + OutboundMessage.MaxDelay);
        var requester = await OpenAt(time).OpenRequesterAsync(new RequesterSink(), Token);
        var worker = await OpenAt(later).OpenWorkerAsync(Subscription(), new WorkerSink(), Token);
        Assert.NotEqual(CancelledTopology.EpochOf(time.GetUtcNow()), CancelledTopology.EpochOf(later.GetUtcNow()));

        await requester.RememberCancelledAsync(Service, "1");
        Assert.True(await worker.IsCancelledAsync("1"));
        await worker.ForgetCancelledAsync(["1"]);

        Assert.False(await worker.IsCancelledAsync("1"));
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeleteAsync(WireNames.CancelledQueue(CancelledTopology.EpochOf(time.GetUtcNow())), ifUnused: false, ifEmpty: false, cancellationToken: Token);
    }

    private ITransport OpenAt(FakeTimeProvider time) => OpenServices(time: time).GetRequiredService<ITransport>();

    /// <summary>Asks until there is an answer.</summary>
    private static async Task<bool> AnsweredAsync(IWorkerLink worker, string id)
    {
        while (true)
        {
            try
            {
                return await worker.IsCancelledAsync(id);
            }
            catch (TransportException e) when (e.Failure is TransportFailure.Unroutable or TransportFailure.Unknown or TransportFailure.Refused)
            {
                // Its channel ended because of another's question, or the queue's leader is not there yet: who asks, asks again.
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }
        }
    }

    private Task<string> LeaderAsync(string order)
    {
        var queue = WireNames.CancelledQueue(CancelledTopology.EpochOf(TimeProvider.System.GetUtcNow()));
        return Broker.RabbitmqctlAsync(
            "eval", $$"""{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"{{queue}}">>)), ok = ra:{{order}}(quorum_queues, amqqueue:get_pid(Q)).""");
    }

    private async Task<(int Queues, int Bindings, int Messages)> CountAsync()
    {
        // Reply queues and workers' queues end with their links: only what stays counts.
        var queues = Lines(await Broker.RabbitmqctlAsync("list_queues", "--no-table-headers", "name", "messages"))
            .Where(static line => line.StartsWith(WireNames.Cancelled, StringComparison.Ordinal)).ToList();
        var bindings = Lines(await Broker.RabbitmqctlAsync("list_bindings", "--no-table-headers", "source_name", "routing_key"))
            .Count(static line => line.StartsWith(WireNames.Cancelled + "\t", StringComparison.Ordinal));
        return (queues.Count, bindings, queues.Sum(static line => int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture)));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
