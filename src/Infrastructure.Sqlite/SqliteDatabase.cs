using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Messaging.Stores;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Messaging.Sqlite;

/// <summary>
/// A SQLite database. It has one writer at a time, and its driver blocks the thread that waits to be it: writers of this
/// process therefore wait for each other here, without a thread, and for other processes a second at a time.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class SqliteDatabase(IOptions<SqliteStoreOptions> options, TimeProvider time) : StoreDatabase
{
    // So long the driver waits for other processes before it is asked whether anybody still wants it to.
    private const int Slice = 1;

    private static readonly TimeSpan _maxBusy = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly SqliteFile _file = new();

    // When another process was first in the way since something went well; 0 while none is.
    private long _busySince;

    public override string Name => "SQLite";

    public override StoreSql Sql => SqliteSql.Statements;

    protected override bool CreatesSchema => options.Value.CreateSchema;

    protected override int StatementTimeout => Slice;

    public override bool IsOwn(DbTransaction transaction) => transaction is SqliteTransaction;

    public override StoreFailure Classify(DbException exception) =>
        exception is SqliteException sqlite ? SqliteCodes.Classify(sqlite.SqliteErrorCode) : StoreFailure.Statement;

    public override bool IsRefusal(DbException exception) => exception is SqliteException { SqliteErrorCode: SqliteCodes.Constraint };

    /// <summary>
    /// While the inbox's transaction is open this process is the writer: a handler that meets a lock has met this one, from
    /// another connection. And one that can't open a file while ours is where it was wanted another file.
    /// </summary>
    public override Task<bool> IsOutageAsync(StoreFailure failure, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        Task.FromResult(failure == StoreFailure.Database || (failure == StoreFailure.Connection && (_file.IsMissing || SqliteFile.HasMoved((SqliteConnection)connection))));

    public override Task EnterWriteAsync(CancellationToken cancellationToken) => _writer.WaitAsync(cancellationToken);

    public override void LeaveWrite() => _writer.Release();

    protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_file.IsMissing)
        {
            // Connections that are open would go on with a file that nobody finds any more, and a new file would be empty.
            DropConnections();
            throw new SqliteException($"SQLite Error 14: 'unable to open database file': '{_file.Path}' was there and is not now; put it back, or start the application anew for an empty one.", SqliteCodes.CantOpen);
        }

        var connection = await ConnectOnceAsync(cancellationToken).ConfigureAwait(false);
        if (SqliteFile.HasMoved(connection))
        {
            // Another file has taken its place, and may lack our tables.
            await connection.DisposeAsync().ConfigureAwait(false);
            DropConnections();
            Forget();
            connection = await ConnectOnceAsync(cancellationToken).ConfigureAwait(false);
        }

        return connection;
    }

    private async Task<SqliteConnection> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_file.Path is null ? options.Value.ConnectionString : Existing(options.Value.ConnectionString));
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            _file.Remember(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    protected override async Task<DbTransaction> StartTransactionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        // The timeout is that of all commands of the connection, and the handler's are the application's to set.
        var sqlite = (SqliteConnection)connection;
        var timeout = sqlite.DefaultTimeout;
        sqlite.DefaultTimeout = Slice;
        try
        {
            return await RunAsync(() => connection.BeginTransactionAsync(cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            sqlite.DefaultTimeout = timeout;
        }
    }

    protected override async Task<T> RunAsync<T>(Func<Task<T>> statement, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var result = await statement().ConfigureAwait(false);
                Volatile.Write(ref _busySince, 0);
                return result;
            }
            catch (SqliteException exception) when (IsWorthWaiting(exception, cancellationToken))
            {
                // Another process writes.
            }
        }
    }

    protected override bool IsOfSchema(DbException exception) => exception is SqliteException { SqliteErrorCode: SqliteCodes.Error };

    // All pools: the application's own connections may have been opened read-only as well, and stay so in theirs.
    protected override void DropConnections() => SqliteConnection.ClearAllPools();

    // The patience is that of all together: who is next would otherwise begin to wait anew.
    private bool IsWorthWaiting(SqliteException exception, CancellationToken cancellationToken)
    {
        if (exception.SqliteErrorCode != SqliteCodes.Busy || cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        var now = time.GetTimestamp();
        var since = Interlocked.CompareExchange(ref _busySince, now, 0);
        return since == 0 || time.GetElapsedTime(since, now) < _maxBusy;
    }

    /// <summary>The same connection, to a file that is there: SQLite would otherwise make an empty one where a volume is not mounted.</summary>
    private static string Existing(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            builder.Mode = SqliteOpenMode.ReadWrite;
        }

        return builder.ConnectionString;
    }
}
