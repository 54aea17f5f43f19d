using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Messaging.Stores;

/// <summary>
/// A database as the stores see it: how to connect, its dialect, and its schema. Whatever fails here is looked at once:
/// connections that were kept may be of no use any more, and tables may be gone.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal abstract class StoreDatabase
{
    // An index on a table that has grown takes its time.
    private const int SchemaTimeout = 60;

    private readonly SemaphoreSlim _preparing = new(1, 1);
    private volatile bool _prepared;

    /// <summary>For error messages, e.g. <c>SQLite</c>.</summary>
    public abstract string Name { get; }

    public abstract StoreSql Sql { get; }

    /// <summary>Whether <see cref="PrepareAsync"/> creates what is missing.</summary>
    protected abstract bool CreatesSchema { get; }

    /// <summary>How long one of the stores' own statements may take, in seconds.</summary>
    protected abstract int StatementTimeout { get; }

    /// <summary>Whether a transaction is of this kind of database.</summary>
    public abstract bool IsOwn(DbTransaction transaction);

    /// <summary>What an exception of this database's driver says. Others say that a statement is wrong.</summary>
    public abstract StoreFailure Classify(DbException exception);

    /// <summary>Whether a commit failed because of what was written in the transaction, e.g. by a constraint that is checked last.</summary>
    public abstract bool IsRefusal(DbException exception);

    /// <summary>Whether a handler's failure of this kind, on an open transaction of the inbox, is the database's doing.</summary>
    public abstract Task<bool> IsOutageAsync(StoreFailure failure, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Waits until this process may write. Only a database with a single writer has anything to wait for.</summary>
    public virtual Task EnterWriteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual void LeaveWrite()
    {
    }

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Note(exception);
            throw;
        }
    }

    public async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await StartTransactionAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Note(exception);
            throw;
        }
    }

    public async Task CommitAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await EndTransactionAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Note(exception);
            throw;
        }
    }

    /// <summary>Rolls back, as far as there is a database to do it.</summary>
    public async ValueTask RollBackAsync(DbTransaction transaction)
    {
        try
        {
            await EndUnfinishedAsync(transaction).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException or OperationCanceledException)
        {
            // The transaction ends with its connection then, and what it was for has its own outcome already.
            Note(exception);
        }
    }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_prepared)
        {
            return;
        }

        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_prepared)
            {
                if (CreatesSchema)
                {
                    await WriteAsync(Sql.CreateSchema, Math.Max(StatementTimeout, SchemaTimeout), cancellationToken).ConfigureAwait(false);
                }

                _prepared = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>Whether an exception, or what it wraps, says that the database is away, full, read-only, locked or damaged.</summary>
    public bool IsTransient(Exception exception) => Find(exception) is { } found && Classify(found) != StoreFailure.Statement;

    /// <summary>The database's part of an exception that others may have wrapped; null for none.</summary>
    public static DbException? Find(Exception exception)
    {
        const int deepest = 10;
        Exception? current = exception;
        for (var depth = 0; current is not null && depth < deepest; depth++)
        {
            if (current is DbException found)
            {
                return found;
            }

            current = current.InnerException;
        }

        return null;
    }

    /// <summary>Draws the consequences of a failure.</summary>
    public void Note(Exception exception)
    {
        if (Find(exception) is not { } failure || Classify(failure) == StoreFailure.Contention)
        {
            return;
        }

        if (IsOfSchema(failure))
        {
            Forget();
        }

        DropConnections();
    }

    /// <summary>Runs a statement that writes, on a connection of its own.</summary>
    /// <returns>How many rows it changed.</returns>
    public Task<int> WriteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        WriteAsync(sql, StatementTimeout, cancellationToken, parameters);

    /// <summary>Runs one of the stores' own statements.</summary>
    /// <returns>How many rows it changed.</returns>
    public Task<int> ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        ExecuteAsync(CreateCommand(connection, transaction, sql, parameters), StatementTimeout, cancellationToken);

    /// <summary>Reads with one of the stores' own statements.</summary>
    /// <returns>What was made of each row.</returns>
    public async Task<List<T>> QueryAsync<T>(
        DbConnection connection, DbTransaction? transaction, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var command = CreateCommand(connection, transaction, sql, parameters);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = StatementTimeout;
            try
            {
                return await RunAsync(() => ReadAsync(command, read, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Note(exception);
                throw;
            }
        }
    }

    public static DbCommand CreateCommand(
        DbConnection connection, DbTransaction? transaction, string sql, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static async Task<List<T>> ReadAsync<T>(DbCommand command, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    private async Task<int> WriteAsync(string sql, int timeout, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await ExecuteAsync(CreateCommand(connection, transaction: null, sql, parameters), timeout, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            LeaveWrite();
        }
    }

    private async Task<int> ExecuteAsync(DbCommand command, int timeout, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = timeout;
            try
            {
                return await RunAsync(() => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Note(exception);
                throw;
            }
        }
    }

    protected abstract Task<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    protected virtual async Task<DbTransaction> StartTransactionAsync(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

    protected virtual Task EndTransactionAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.CommitAsync(cancellationToken);

    protected virtual async Task EndUnfinishedAsync(DbTransaction transaction) => await transaction.DisposeAsync().ConfigureAwait(false);

    /// <summary>Runs one of the stores' own statements, again where that is how the database is waited for.</summary>
    protected virtual Task<T> RunAsync<T>(Func<Task<T>> statement, CancellationToken cancellationToken) => statement();

    /// <summary>Whether a failure says that a table or a column is missing.</summary>
    protected abstract bool IsOfSchema(DbException exception);

    /// <summary>Closes the connections that are kept open: they may lead to what is no longer the database.</summary>
    protected abstract void DropConnections();

    /// <summary>It may be another database now: the next <see cref="PrepareAsync"/> looks for the tables again.</summary>
    protected void Forget() => _prepared = false;
}
