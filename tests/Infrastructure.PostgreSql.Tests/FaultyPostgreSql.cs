using System.Data.Common;
using Messaging.Stores.Contract;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Messaging.PostgreSql.Tests;

/// <summary>A database and a role of a test's own, on a server that the test can stop, freeze, fill and lock others out of.</summary>
internal sealed class FaultyPostgreSql(PrivatePostgres server) : IFaultyStore
{
    private readonly string _name = "f" + Guid.NewGuid().ToString("N");

    /// <summary>Begins the fault, and gives what ends it.</summary>
    public Func<Task<Func<Task>>> Fault { get; set; } = static () => throw new InvalidOperationException("Set the fault.");

    public string Name => _name;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Database = _name,
        Username = _name,
        Password = "first",
        MaxPoolSize = 20,

        // So long the driver tries to cancel what a frozen server does not answer.
        Timeout = 3,
    }.ConnectionString;

    public static async Task<FaultyPostgreSql> CreateAsync(PrivatePostgres server, StoreFault? fault = null)
    {
        var store = new FaultyPostgreSql(server);
        var space = string.Empty;
        if (fault == StoreFault.Full)
        {
            await server.OrderAsync("small 96m");
            await store.AdministerAsync($"CREATE TABLESPACE small LOCATION '{server.SmallSpace}'");
            space = " TABLESPACE small";
        }

        await store.AdministerAsync($"CREATE ROLE {store._name} LOGIN PASSWORD 'first'");
        await store.AdministerAsync($"CREATE DATABASE {store._name} OWNER {store._name}{space}");
        store.Fault = fault switch
        {
            StoreFault.Full => store.FillAsync,
            StoreFault.ReadOnly => store.MakeReadOnlyAsync,
            StoreFault.Locked => store.LockAsync,
            _ => store.StopAsync,
        };
        return store;
    }

    public void Use(MessagingBuilder messaging) => messaging.UsePostgreSqlStore(options => options.ConnectionString = ConnectionString);

    public async Task<DbConnection> OpenAsync()
    {
        // Not from a pool, so that what the fault did to it is the stores' business alone.
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Application Name=test");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async Task<IAsyncDisposable> BeginAsync() => new FaultEnd(await Fault());

    /// <summary>As the server's owner, whom no fault binds.</summary>
    public async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Ends the connections of this database's users, but for the test's own.</summary>
    public Task KillAsync() => AdministerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}' AND application_name <> 'test'");

    public async Task<Func<Task>> OrderAsync(string begin, string end)
    {
        await server.OrderAsync(begin);
        return () => server.OrderAsync(end);
    }

    public async ValueTask DisposeAsync()
    {
        await AdministerAsync($"DROP DATABASE {_name} WITH (FORCE)");
    }

    private Task<Func<Task>> StopAsync() => OrderAsync("stop", "start");

    private Task<Func<Task>> FillAsync() => OrderAsync("fill", "free");

    private async Task<Func<Task>> MakeReadOnlyAsync()
    {
        await AdministerAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await AdministerAsync("SELECT pg_reload_conf()");
        return async () =>
        {
            await AdministerAsync("ALTER SYSTEM RESET default_transaction_read_only");
            await AdministerAsync("SELECT pg_reload_conf()");
        };
    }

    private async Task<Func<Task>> LockAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN; LOCK TABLE messaging_inbox IN ACCESS EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return async () => await connection.DisposeAsync();
    }
}
