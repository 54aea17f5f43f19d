using System.Data;
using System.Data.Common;
using Messaging.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Messaging.PostgreSql;

/// <summary>A PostgreSQL database, by a data source of our own or the application's.</summary>
internal sealed class PostgreSqlDatabase : StoreDatabase, IAsyncDisposable
{
    // So long a server may take that hangs, whatever the connection string says: connecting, and each statement.
    private const int Patience = 5;
    private const int ProbePatience = 3;

    private readonly PostgreSqlStoreOptions _options;
    private readonly NpgsqlDataSource? _own;
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;

    public PostgreSqlDatabase(IOptions<PostgreSqlStoreOptions> options, IServiceProvider provider, TimeProvider time)
    {
        _options = options.Value;
        _own = string.IsNullOrWhiteSpace(_options.ConnectionString) ? null : NpgsqlDataSource.Create(_options.ConnectionString);
        _source = _own ?? provider.GetRequiredService<NpgsqlDataSource>();
        _time = time;
    }

    public override string Name => "PostgreSQL";

    public override StoreSql Sql => PostgreSqlSql.Statements;

    protected override bool CreatesSchema => _options.CreateSchema;

    protected override int StatementTimeout => Patience;

    public override bool IsOwn(DbTransaction transaction) => transaction is NpgsqlTransaction;

    public override StoreFailure Classify(DbException exception) =>
        exception is NpgsqlException npgsql ? PostgreSqlCodes.Classify(npgsql) : StoreFailure.Statement;

    public override bool IsRefusal(DbException exception) =>
        exception is PostgresException refused && PostgreSqlCodes.Classify(refused) == StoreFailure.Statement;

    /// <summary>A handler that lost a connection while the inbox's is well has lost another one, perhaps to another server.</summary>
    public override async Task<bool> IsOutageAsync(StoreFailure failure, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (failure != StoreFailure.Connection)
        {
            return failure != StoreFailure.Statement;
        }

        if (connection.State != ConnectionState.Open)
        {
            return true;
        }

        try
        {
            var probe = CreateCommand(connection, transaction, "SELECT 1");
            await using (probe.ConfigureAwait(false))
            {
                probe.CommandTimeout = ProbePatience;
                await probe.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            }

            return false;
        }
        catch (DbException)
        {
            // Whatever it says, the transaction is no more.
            return true;
        }
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(Patience), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await _source.OpenConnectionAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NpgsqlException($"No connection to PostgreSQL in {Patience} s.", exception);
        }
    }

    protected override async Task EndTransactionAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (connection.State != ConnectionState.Open)
        {
            throw new NpgsqlException("The connection to PostgreSQL was lost before the commit.");
        }

        // Asking a transaction that has ended throws; a commit without one would not.
        _ = transaction.IsolationLevel;

        // Sent together. PostgreSQL answers the commit of a transaction in which a statement has failed by rolling it back,
        // and calls that no error; the statement before it is refused then.
        var commit = CreateCommand(connection, transaction, "SELECT 1; COMMIT");
        await using (commit.ConfigureAwait(false))
        {
            commit.CommandTimeout = Patience;
            await commit.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override async Task EndUnfinishedAsync(DbTransaction transaction)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(Patience), _time);
        await transaction.RollbackAsync(patience.Token).ConfigureAwait(false);
    }

    protected override bool IsOfSchema(DbException exception) => exception is PostgresException refused && PostgreSqlCodes.IsOfSchema(refused.SqlState);

    // They may lead to a server that was the primary, or that has gone without a word.
    protected override void DropConnections() => _source.Clear();
}
