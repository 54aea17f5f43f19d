using Messaging.Stores.Contract;

namespace Messaging.PostgreSql.Tests;

public sealed class PostgreSqlFaultTests(PrivatePostgres server) : StoreFaultContractTests, IClassFixture<PrivatePostgres>
{
    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_server_is_frozen()
    {
        var store = await FaultyPostgreSql.CreateAsync(server);
        store.Fault = () => store.OrderAsync("freeze", "thaw");
        await SurviveAsync(store);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_password_is_another()
    {
        var store = await FaultyPostgreSql.CreateAsync(server);
        store.Fault = async () =>
        {
            await store.AdministerAsync($"ALTER ROLE {store.Name} PASSWORD 'second'");
            await store.KillAsync();
            return () => store.AdministerAsync($"ALTER ROLE {store.Name} PASSWORD 'first'");
        };
        await SurviveAsync(store);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_no_more_connections_are_let_in()
    {
        var store = await FaultyPostgreSql.CreateAsync(server);
        store.Fault = async () =>
        {
            await store.AdministerAsync($"ALTER DATABASE {store.Name} CONNECTION LIMIT 0");
            await store.KillAsync();
            return () => store.AdministerAsync($"ALTER DATABASE {store.Name} CONNECTION LIMIT -1");
        };
        await SurviveAsync(store);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Commands_wait_while_the_database_has_another_name()
    {
        var store = await FaultyPostgreSql.CreateAsync(server);
        store.Fault = async () =>
        {
            await store.AdministerAsync($"ALTER DATABASE {store.Name} ALLOW_CONNECTIONS false");
            await store.KillAsync();
            await store.AdministerAsync($"ALTER DATABASE {store.Name} RENAME TO {store.Name}_");
            return async () =>
            {
                await store.AdministerAsync($"ALTER DATABASE {store.Name}_ RENAME TO {store.Name}");
                await store.AdministerAsync($"ALTER DATABASE {store.Name} ALLOW_CONNECTIONS true");
            };
        };
        await SurviveAsync(store);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Tables_that_are_dropped_are_created_again()
    {
        await using var store = await FaultyPostgreSql.CreateAsync(server);
        await CreateEffectsAsync(store);
        await using var worker = await StartAsync(store);
        Deliver(0);
        await UntilEffectsAsync(store, 1);
        await store.ScalarAsync("DROP TABLE messaging_inbox, messaging_outbox, messaging_outbox_lease");
        Deliver(1);
        await UntilEffectsAsync(store, 2);
        await worker.StopAsync();
        AssertUncounted();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Connections_that_are_killed_under_handlers_cost_no_attempt()
    {
        await using var store = await FaultyPostgreSql.CreateAsync(server);
        await CreateEffectsAsync(store);
        var killed = 0;
        Script.OnAdd = async _ =>
        {
            if (Interlocked.Increment(ref killed) % 10 == 0)
            {
                await store.KillAsync();
            }
        };
        await using var worker = await StartAsync(store);
        for (var i = 0; i < 100; i++)
        {
            Deliver(i);
        }

        await UntilEffectsAsync(store, 100);
        await worker.StopAsync();
        Assert.Equal(100, await store.EffectsAsync());
        AssertUncounted();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_statement_whose_failure_the_handler_hides_is_not_taken_for_success()
    {
        // PostgreSQL has rolled back by then, and would call the commit a success.
        await using var store = await FaultyPostgreSql.CreateAsync(server);
        await CreateEffectsAsync(store);
        Script.OnWrite = static (_, inbox) => ExecuteAsync(inbox, "SELECT nothing FROM nowhere").ContinueWith(static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        await using var worker = await StartAsync(store);
        Deliver(0);
        await worker.WaitForLogAsync(201);
        await worker.StopAsync();
        Assert.Equal(0, await store.EffectsAsync());
    }

    protected override async Task<IFaultyStore> MakeAsync(StoreFault fault) => await FaultyPostgreSql.CreateAsync(server, fault);
}
