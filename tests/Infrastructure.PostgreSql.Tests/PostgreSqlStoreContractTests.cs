using System.Data.Common;
using Messaging.Stores.Contract;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Messaging.PostgreSql.Tests;

public sealed class PostgreSqlStoreContractTests(PrivatePostgres server) : StoreContractTests, IClassFixture<PrivatePostgres>
{
    protected override async Task<IStoreHarness> StartAsync() => await PostgreSqlHarness.CreateAsync(server.ConnectionString);
}

/// <summary>A database of a test's own on the private server.</summary>
internal sealed class PostgreSqlHarness : IStoreHarness
{
    private readonly string _connectionString;

    private PostgreSqlHarness(string connectionString) => _connectionString = connectionString;

    public static async Task<PostgreSqlHarness> CreateAsync(string server)
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is the test's own.
        command.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new PostgreSqlHarness(new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString);
    }

    public void Use(MessagingBuilder messaging) => messaging.UsePostgreSqlStore(options => options.ConnectionString = _connectionString);

    public async Task<DbConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}
