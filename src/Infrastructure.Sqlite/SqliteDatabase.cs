using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Messaging.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Messaging.Sqlite;

/// <summary>
/// A SQLite database. It has one writer at a time, and its driver blocks the thread that waits to be it: writers of this
/// process therefore wait for each other here, without a thread.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class SqliteDatabase(IOptions<SqliteStoreOptions> options) : StoreDatabase
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;

    private readonly SemaphoreSlim _writer = new(1, 1);

    public override string Name => "SQLite";

    public override StoreSql Sql => SqliteSql.Statements;

    protected override bool CreatesSchema => options.Value.CreateSchema;

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(options.Value.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override bool IsTransient(Exception exception) => exception is SqliteException { SqliteErrorCode: Busy or Locked };

    public override bool IsOwn(DbTransaction transaction) => transaction is SqliteTransaction;

    public override Task EnterWriteAsync(CancellationToken cancellationToken) => _writer.WaitAsync(cancellationToken);

    public override void LeaveWrite() => _writer.Release();
}
