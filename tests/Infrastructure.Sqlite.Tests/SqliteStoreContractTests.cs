using System.Data.Common;
using Messaging.Stores.Contract;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Sqlite.Tests;

public sealed class SqliteStoreContractTests : StoreContractTests
{
    protected override Task<IStoreHarness> StartAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}

/// <summary>A database file that goes with its test.</summary>
internal sealed class SqliteHarness : IStoreHarness
{
    private readonly string _folder = Directory.CreateTempSubdirectory("messaging-sqlite-").FullName;

    public string ConnectionString => $"Data Source={Path.Combine(_folder, "test.db")};Default Timeout=10";

    public void Use(MessagingBuilder messaging) => messaging.UseSqliteStore(options => options.ConnectionString = ConnectionString);

    public async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
