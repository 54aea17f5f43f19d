using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Stores.Contract;

/// <summary>
/// What is the store's fault is never the command's. Inherit it and make databases that can be given each fault, and
/// tests of the faults that only this kind of database has (<see cref="SurviveAsync"/>).
/// </summary>
public abstract class StoreFaultContractTests
{
    protected const int TimeoutMs = 120_000;

    private const string Commands = "ledger.commands";
    private const string DeadLetters = "ledger.dead";

    private static readonly TimeSpan _return = TimeSpan.FromSeconds(10);

    protected InMemoryBroker Broker { get; } = new(TimeProvider.System);

    protected LedgerScript Script { get; } = new();

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_disk_is_full() => await SurviveAsync(await MakeAsync(StoreFault.Full));

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_database_is_read_only() => await SurviveAsync(await MakeAsync(StoreFault.ReadOnly));

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_somebody_locks_the_database() => await SurviveAsync(await MakeAsync(StoreFault.Locked));

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_database_is_away() => await SurviveAsync(await MakeAsync(StoreFault.Away));

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_that_starts_while_the_database_is_away_waits_for_it()
    {
        await using var store = await MakeAsync(StoreFault.Away);
        await CreateEffectsAsync(store);
        await using (await store.BeginAsync())
        {
            await using var early = await StartAsync(store);
            Deliver(0);
            await early.UntilWaitingAsync(1);
            await early.WaitForLogAsync(206);
            await early.StopAsync();
        }

        await using var worker = await StartAsync(store);
        await UntilEffectsAsync(store, 1);
        await worker.StopAsync();
        AssertUncounted();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_worker_that_stops_while_the_database_is_away_gives_its_commands_back_uncounted()
    {
        await using var store = await MakeAsync(StoreFault.Away);
        await CreateEffectsAsync(store);
        var first = await StartAsync(store);
        Deliver(0);
        await UntilEffectsAsync(store, 1);
        await using (await store.BeginAsync())
        {
            // As many as run at a time: what was never begun goes back as at any stop.
            for (var i = 1; i < 5; i++)
            {
                Deliver(i);
            }

            await first.UntilWaitingAsync(4);

            // More often than a command may come back (CommandDeliveryLimit).
            for (var round = 0; round < 6; round++)
            {
                await first.DisposeAsync();
                first = await StartAsync(store);
                await first.UntilWaitingAsync(4);
            }
        }

        await UntilEffectsAsync(store, 5);
        await first.DisposeAsync();
        AssertUncounted();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_call_waits_inside_its_deadline_and_hears_that_the_database_is_away()
    {
        await using var store = await MakeAsync(StoreFault.Away);
        await CreateEffectsAsync(store);
        await using var worker = await StartAsync(store);
        await using var caller = await StoreApplication.StartAsync(store, Broker, outbox: static _ => { });
        var ledger = caller.Get<ILedger>();
        await using (await store.BeginAsync())
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => ledger.With(new CallOptions { Timeout = TimeSpan.FromSeconds(2) }).CountAsync(new Entry("x"), TestContext.Current.CancellationToken));
            Assert.Equal(StatusCode.Unavailable, refused.Status);
            Assert.Contains("inbox's database is away", refused.Detail, StringComparison.Ordinal);
            Assert.False(refused.MayHaveRun);
        }

        var count = await ledger.With(new CallOptions { Timeout = TimeSpan.FromSeconds(30) }).CountAsync(new Entry("x"), TestContext.Current.CancellationToken);
        Assert.Equal(1, count.Value);
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(StoreFault.Away)]
    [InlineData(StoreFault.ReadOnly)]
    public async Task The_outbox_waits_and_then_publishes_everything_in_order(StoreFault fault)
    {
        await using var store = await MakeAsync(fault);
        await CreateEffectsAsync(store);
        await using var worker = await StoreApplication.StartAsync(store, Broker, Script);
        await using var sender = await StoreApplication.StartAsync(store, Broker, outbox: static options => options.MaxDelay = TimeSpan.FromSeconds(1));
        Broker.Faults.Stop();
        string[] texts = [.. Enumerable.Range(0, 300).Select(static i => i.ToString(CultureInfo.InvariantCulture))];
        await sender.SendAsync(store, commit: true, texts);
        await using (await store.BeginAsync())
        {
            Broker.Faults.Start();
            await Assert.ThrowsAnyAsync<DbException>(() => sender.SendAsync(store, commit: true, "never"));
            await sender.WaitForLogAsync(300);
            Assert.Contains("outbox", await sender.UntilHealthAsync(HealthStatus.Degraded), StringComparison.Ordinal);
        }

        var seen = new List<string>();
        while (seen.Count < texts.Length)
        {
            if (await Script.NextAsync() is var text && !seen.Contains(text))
            {
                seen.Add(text);
            }
        }

        Assert.Equal(texts, seen);
        await sender.UntilHealthAsync(HealthStatus.Healthy);
        await sender.StopAsync();
        Assert.Equal(0, await store.ScalarAsync("SELECT count(*) FROM messaging_outbox"));
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData("INSERT INTO effects (text) VALUES (NULL)")]
    [InlineData("SELECT nothing FROM nowhere")]
    [InlineData("INSERT INTO entries (text) VALUES ('checked at the commit')")]
    public async Task What_a_handler_does_wrong_counts_against_its_command(string statement)
    {
        await using var store = await MakeAsync(StoreFault.Away);
        await CreateEffectsAsync(store);
        await store.ScalarAsync("CREATE TABLE accounts (text text PRIMARY KEY)");
        await store.ScalarAsync("CREATE TABLE entries (text text REFERENCES accounts (text) DEFERRABLE INITIALLY DEFERRED)");
        Script.OnWrite = (_, inbox) => ExecuteAsync(inbox, statement);
        await using var worker = await StartAsync(store);
        Deliver(0);
        await worker.WaitForLogAsync(201);
        await worker.StopAsync();
        Assert.Single(Broker.Faults.Peek(DeadLetters));
        Assert.Equal(0, await store.EffectsAsync());
    }

    /// <summary>For figures: a minute of each fault under load. Run it alone: <c>--explicit only --filter-method '*A_minute_of_each_fault*'</c>.</summary>
    [Theory(Explicit = true, Timeout = 300_000)]
    [InlineData(StoreFault.Full)]
    [InlineData(StoreFault.ReadOnly)]
    [InlineData(StoreFault.Locked)]
    [InlineData(StoreFault.Away)]
    public async Task A_minute_of_each_fault_under_load(StoreFault fault) =>
        await SurviveAsync(await MakeAsync(fault), TimeSpan.FromMinutes(1), perSecond: 50);

    protected abstract Task<IFaultyStore> MakeAsync(StoreFault fault);

    protected static Task CreateEffectsAsync(IStoreHarness store) => store.ScalarAsync("CREATE TABLE effects (text text NOT NULL)");

    protected Task<StoreApplication> StartAsync(IStoreHarness store) =>
        StoreApplication.StartAsync(store, Broker, Script, inbox: true, concurrency: 4);

    /// <summary>
    /// Gives the database its fault while commands come in. Each must have run once when it is over, soon, with no attempt
    /// counted, none dead-lettered, and health and log must have told.
    /// </summary>
    protected async Task SurviveAsync(IFaultyStore faulty, TimeSpan lasts = default, int perSecond = 0)
    {
        await using var store = faulty;
        await CreateEffectsAsync(store);
        await using var worker = await StartAsync(store);
        var sent = 0;
        while (sent < 10)
        {
            Deliver(sent++);
        }

        await UntilEffectsAsync(store, sent);
        var fault = await store.BeginAsync();
        await using (fault)
        {
            for (var more = 0; more < 20; more++)
            {
                Deliver(sent++);
            }

            // Where a disk is full little things may still fit, and a server may take a moment to be what it was told to be.
            var told = worker.WaitForAnyLogAsync(206, 260);
            while (await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken)) != told)
            {
                Deliver(sent++);
            }

            await told;
            Assert.Contains("inbox ledger goes on, and needs a look: It waits for its database", await worker.UntilHealthAsync(HealthStatus.Degraded), StringComparison.Ordinal);
            if (perSecond > 0)
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1) / perSecond);
                for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < lasts && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);)
                {
                    Deliver(sent++);
                }
            }
        }

        var back = Stopwatch.GetTimestamp();
        await UntilEffectsAsync(store, sent);
        var took = Stopwatch.GetElapsedTime(back);
        await worker.WaitForAnyLogAsync(207, 261);
        await worker.UntilHealthAsync(HealthStatus.Healthy);
        await worker.StopAsync();
        Assert.Equal(sent, await store.ScalarAsync("SELECT count(DISTINCT text) FROM effects"));
        Assert.Equal(sent, await store.EffectsAsync());
        AssertUncounted();
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} commands, all run {took.TotalSeconds:0.0} s after the return, 0 attempts counted, 0 dead-lettered.");
        Assert.True(took < _return, $"All had run {took} after the return.");
    }

    protected static async Task ExecuteAsync(IInboxTransaction inbox, string statement)
    {
        await using var command = inbox.Connection.CreateCommand();
        command.Transaction = inbox.Transaction;
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = statement;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    protected void AssertUncounted()
    {
        Assert.Empty(Broker.Faults.Peek(Commands));
        Assert.Empty(Broker.Faults.Peek(DeadLetters));
        var handled = 0;
        while (Script.Handled.Reader.TryRead(out var one))
        {
            handled++;
            Assert.Equal(1, one.Context.Attempt);
        }

        Assert.NotEqual(0, handled);
    }

    /// <summary>A command of 4 KB, so that a disk that is full shows.</summary>
    protected void Deliver(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture) + "." + Convert.ToHexString(RandomNumberGenerator.GetBytes(2048));
        Assert.True(Broker.Faults.RawPublish(
            Commands,
            new InboundMessage { Type = "Add", MessageId = $"id-{number}", Body = Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}""") }));
    }

    protected static async Task UntilEffectsAsync(IStoreHarness store, int count)
    {
        while (await store.EffectsAsync() < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }
}
