using System.Diagnostics;

namespace Messaging.Stores.Contract;

public abstract partial class StoreContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_is_published_after_its_transaction_commits_and_then_deleted()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync();
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using (var connection = await Harness.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var ledger = sender.Outbox.In<ILedger>(transaction).With(new CallOptions { Headers = new Dictionary<string, string> { ["tenant"] = "a" } });
            await ledger.AddAsync(new Entry("kept"), TestContext.Current.CancellationToken);
            await sender.Outbox.CommitAsync(transaction, TestContext.Current.CancellationToken);
        }

        var (text, context) = await Script.Handled.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("kept", text);
        Assert.Equal("a", context.Headers["tenant"]);
        Assert.Equal(32, context.MessageId!.Length);
        await sender.StopAsync();
        Assert.Equal(0, await Harness.WaitingAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_large_command_is_stored_and_published_compressed()
    {
        var large = new string('x', 100_000);
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync();

        await sender.SendAsync(Harness, commit: true, large);

        var (text, context) = await Script.Handled.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(large, text);
        Assert.Equal("gzip", context.RequestEncoding);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Ordered_commands_keep_the_order_of_their_key_and_urgent_ones_their_queue_while_the_broker_comes_and_goes()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync();
        string[] accounts = ["a", "b", "c"];
        var handled = new List<string>();
        foreach (var round in new[] { 0, 10, 20 })
        {
            Broker.Faults.Stop();
            await using (var connection = await Harness.OpenAsync())
            {
                await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
                var ledger = sender.Outbox.In<ILedger>(transaction);
                for (var number = round; number < round + 10; number++)
                {
                    foreach (var account in accounts)
                    {
                        await ledger.BookAsync(new Line(account, number), TestContext.Current.CancellationToken);
                    }
                }

                await ledger.AlertAsync(new Entry("alert"), TestContext.Current.CancellationToken);
                await sender.Outbox.CommitAsync(transaction, TestContext.Current.CancellationToken);
            }

            Broker.Faults.Start();
            for (var left = 31; left > 0; left--)
            {
                handled.Add(await Script.NextAsync());
            }
        }

        Assert.Equal(3, handled.Count(static text => text is "alert"));
        Assert.All(accounts, account => Assert.Equal(
            Enumerable.Range(0, 30).Select(number => $"{account} {number}"),
            handled.Where(text => text.StartsWith(account + " ", StringComparison.Ordinal))));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_transaction_that_rolls_back_publishes_nothing()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync();
        await sender.SendAsync(Harness, commit: false, "undone");
        await sender.SendAsync(Harness, commit: true, "one", "two");
        Assert.Equal("one", await Script.NextAsync());
        Assert.Equal("two", await Script.NextAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Calls_in_a_transaction_and_ended_transactions_are_refused()
    {
        await using var sender = await StartSenderAsync();
        await using var connection = await Harness.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var ledger = sender.Outbox.In<ILedger>(transaction);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ledger.CountAsync(new Entry("x"), TestContext.Current.CancellationToken));
        Assert.Contains("ledger/Count", refused.Message, StringComparison.Ordinal);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ledger.AddAsync(new Entry("x"), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_committed_while_the_broker_is_away_are_published_in_order_when_it_is_back()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync();
        Broker.Faults.Stop();
        string[] texts = [.. Enumerable.Range(0, 300).Select(static i => $"late {i}")];
        await sender.SendAsync(Harness, commit: true, texts);
        Broker.Faults.Start();
        foreach (var text in texts)
        {
            Assert.Equal(text, await Script.NextAsync());
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_published_by_a_process_that_dies_before_it_deletes_it_comes_again_and_has_one_effect()
    {
        await using var worker = await StartWorkerAsync();
        await using (var first = await StartSenderAsync())
        {
            Broker.Faults.WithholdConfirms = true;
            await first.SendAsync(Harness, commit: true, "once");
            Assert.Equal("once", await Script.NextAsync());
            await first.StopAsync();
            Assert.Equal(1, await Harness.WaitingAsync());
        }

        Broker.Faults.WithholdConfirms = false;
        await Harness.ScalarAsync("DELETE FROM messaging_outbox_lease");
        await using var second = await StartSenderAsync();
        await second.SendAsync(Harness, commit: true, "next");
        Assert.Equal("next", await Script.NextAsync());
        await second.StopAsync();
        await worker.StopAsync();
        Assert.Equal(0, await Harness.WaitingAsync());
        Assert.Equal(2, await Harness.EffectsAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Two_processes_publish_each_command_once_between_them()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var one = await StartSenderAsync();
        await using var two = await StartSenderAsync();
        for (var i = 0; i < 20; i++)
        {
            await (i % 2 == 0 ? one : two).SendAsync(Harness, commit: true, $"{i}a", $"{i}b");
        }

        var texts = new List<string>();
        while (texts.Count < 40)
        {
            texts.Add(await Script.NextAsync());
        }

        await one.StopAsync();
        await two.StopAsync();
        await worker.StopAsync();
        Assert.False(Script.Handled.Reader.TryRead(out _));
        Assert.Equal(40, texts.Distinct().Count());
        Assert.Equal(0, await Harness.WaitingAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_that_no_queue_takes_is_set_aside_and_holds_up_nobody()
    {
        await using var worker = await StartWorkerAsync(inbox: false);
        await using var sender = await StartSenderAsync(static options => options.UnroutableAfter = TimeSpan.Zero);
        await using (var connection = await Harness.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await sender.Outbox.In<INobody>(transaction).AddAsync(new Entry("lost"), TestContext.Current.CancellationToken);
            await sender.Outbox.In<ILedger>(transaction).AddAsync(new Entry("found"), TestContext.Current.CancellationToken);
            await sender.Outbox.CommitAsync(transaction, TestContext.Current.CancellationToken);
        }

        Assert.Equal("found", await Script.NextAsync());
        await sender.WaitForLogAsync(303);
        Assert.Equal(1, await Harness.ScalarAsync("SELECT count(*) FROM messaging_outbox WHERE failure IS NOT NULL AND service = 'nobody'"));
    }
}
