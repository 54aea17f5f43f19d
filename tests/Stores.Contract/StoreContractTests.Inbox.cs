using System.Text;
using Messaging.Inbox;
using Messaging.InMemory;
using Messaging.Transport;
using Messaging.Transport.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Stores.Contract;

public abstract partial class StoreContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_duplicate_of_a_command_has_one_effect()
    {
        await using var worker = await StartWorkerAsync();
        Deliver("first", "id-1");
        Deliver("first", "id-1");
        Deliver("second", "id-2");
        Assert.Equal("first", await Script.NextAsync());
        Assert.Equal("second", await Script.NextAsync());
        await worker.StopAsync();
        Assert.Equal(2, await Harness.EffectsAsync());
        Assert.Empty(Broker.Faults.Peek(Commands));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Two_workers_with_the_same_command_at_once_have_one_effect()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Script.OnAdd = _ =>
        {
            started.TrySetResult();
            return goOn.Task;
        };
        await using var one = await StartWorkerAsync();
        await using var two = await StartWorkerAsync();
        Deliver("same", "id-1");
        Deliver("same", "id-1");
        await started.Task;
        goOn.SetResult();
        Assert.Equal("same", await Script.NextAsync());
        Deliver("last", "id-2");
        Assert.Equal("last", await Script.NextAsync());
        await one.StopAsync();
        await two.StopAsync();
        Assert.Equal(2, await Harness.EffectsAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_handler_that_fails_leaves_nothing_and_the_command_may_come_again()
    {
        Script.OnAdd = static _ => throw new InvalidOperationException("The first time fails.");
        await using var worker = await StartWorkerAsync();
        Deliver("again", "id-1");
        await worker.WaitForLogAsync(201);
        Assert.Equal(0, await Harness.EffectsAsync());
        Assert.Equal(0, await Harness.ScalarAsync("SELECT count(*) FROM messaging_inbox"));

        Script.OnAdd = static _ => Task.CompletedTask;
        Deliver("again", "id-1");
        Assert.Equal("again", await Script.NextAsync());
        await worker.StopAsync();
        Assert.Equal(1, await Harness.EffectsAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_that_a_handler_sends_in_its_transaction_share_its_fate()
    {
        Script.OnAdd = static entry => entry.Text.EndsWith(" no", StringComparison.Ordinal) ? throw new InvalidOperationException("No.") : Task.CompletedTask;
        await using var worker = await StoreApplication.StartAsync(Harness, Broker, Script, inbox: true, outbox: Quick);
        Deliver("forward no", "id-1");
        Deliver("forward yes", "id-2");
        Assert.Equal("forward yes", await Script.NextAsync());
        await worker.StopAsync();
        Assert.Equal(1, await Harness.ScalarAsync("SELECT count(*) FROM messaging_outbox"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Hostile_ids_are_told_apart_and_a_command_without_an_id_runs_each_time()
    {
        await using var worker = await StartWorkerAsync();
        string[] hostile = ["a\0b", "\ud800", new string('x', 100_000), new string('x', 100_001), "'; DROP TABLE effects; --"];
        foreach (var id in hostile)
        {
            Deliver("hostile", id);
            Deliver("hostile", id);
        }

        Deliver("nameless", messageId: null);
        Deliver("nameless", messageId: "");
        Deliver("last", "id");
        for (var i = 0; i < hostile.Length; i++)
        {
            Assert.Equal("hostile", await Script.NextAsync());
        }

        Assert.Equal("nameless", await Script.NextAsync());
        Assert.Equal("nameless", await Script.NextAsync());
        Assert.Equal("last", await Script.NextAsync());
        await worker.StopAsync();
        Assert.Equal(hostile.Length + 1, await Harness.EffectsAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_duplicate_call_is_given_the_first_reply_again()
    {
        await using var worker = await StartWorkerAsync();
        await using var transport = new InMemoryTransport(Broker);
        var sink = new RecordingRequesterSink();
        await using var link = await transport.OpenRequesterAsync(sink, TestContext.Current.CancellationToken);
        var request = new OutboundMessage { Queue = "ledger", Type = "Count", CorrelationId = "1", ReplyTo = link.ReplyTo, Body = Body("x") };
        var replies = new List<string>();
        foreach (var id in new[] { "1", "1", "2" })
        {
            await link.PublishAsync(request with { CorrelationId = id });
            var reply = await sink.NextReplyAsync();
            replies.Add(Encoding.UTF8.GetString(reply.Body.Span));
            Assert.Equal("application/json", reply.ContentType);
        }

        Assert.Equal(["""{"value":1}""", """{"value":1}""", """{"value":2}"""], replies);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_is_older_than_the_retention_is_forgotten()
    {
        await using var worker = await StartWorkerAsync();
        Deliver("old", "id-1");
        Assert.Equal("old", await Script.NextAsync());
        await worker.StopAsync();
        var store = worker.Services.GetRequiredService<IInboxStore>();
        Assert.Equal(0, await store.PruneAsync("ledger", TimeSpan.FromDays(7), 10, TestContext.Current.CancellationToken));
        Assert.Equal(0, await store.PruneAsync("other", TimeSpan.Zero, 10, TestContext.Current.CancellationToken));
        Assert.Equal(1, await store.PruneAsync("ledger", TimeSpan.Zero, 10, TestContext.Current.CancellationToken));
        Assert.Equal(0, await Harness.ScalarAsync("SELECT count(*) FROM messaging_inbox"));
    }
}
