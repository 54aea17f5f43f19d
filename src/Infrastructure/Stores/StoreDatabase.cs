using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Messaging.Stores;

/// <summary>A database as the stores see it: how to connect, its dialect, and its schema.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal abstract class StoreDatabase
{
    private readonly SemaphoreSlim _preparing = new(1, 1);
    private volatile bool _prepared;

    /// <summary>For error messages, e.g. <c>SQLite</c>.</summary>
    public abstract string Name { get; }

    public abstract StoreSql Sql { get; }

    /// <summary>Whether <see cref="PrepareAsync"/> creates what is missing.</summary>
    protected abstract bool CreatesSchema { get; }

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    public abstract bool IsTransient(Exception exception);

    /// <summary>Whether a transaction is of this kind of database.</summary>
    public abstract bool IsOwn(DbTransaction transaction);

    /// <summary>Waits until this process may write. Only a database with a single writer has anything to wait for.</summary>
    public virtual Task EnterWriteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual void LeaveWrite()
    {
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
                    await WriteAsync(Sql.CreateSchema, cancellationToken).ConfigureAwait(false);
                }

                _prepared = true;
            }
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>Runs a statement that writes, on a connection of its own.</summary>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> WriteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        await EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await ExecuteAsync(connection, transaction: null, sql, cancellationToken, parameters).ConfigureAwait(false);
            }
        }
        finally
        {
            LeaveWrite();
        }
    }

    public static async Task<int> ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var command = CreateCommand(connection, transaction, sql, parameters);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
}
