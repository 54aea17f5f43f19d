using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Messaging.Faults.Ledgers;

/// <summary>The effects of workers that have an inbox: rows in the inbox's database, which nothing keeps from being there twice.</summary>
internal static class EffectTable
{
    private const string LedgerName = "inbox";

    public static string ConnectionString(string folder) => $"Data Source={Path.Combine(folder, "effects.db")}";

    public static async Task CreateAsync(string folder)
    {
        await using var connection = new SqliteConnection(ConnectionString(folder));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE effects (id TEXT NOT NULL)";
        await command.ExecuteNonQueryAsync();
    }

    public static async Task InsertAsync(DbConnection connection, DbTransaction transaction, string id, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO effects (id) VALUES (@id)";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@id";
        parameter.Value = id;
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Writes every row down as an effect, so that the oracle finds all of them in one place.</summary>
    public static async Task CopyToLedgerAsync(string folder)
    {
        await using var ledger = new Ledger(folder, LedgerName);
        await using var connection = new SqliteConnection(ConnectionString(folder));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM effects";
        await using var rows = await command.ExecuteReaderAsync();
        var written = new List<Task>();
        while (await rows.ReadAsync())
        {
            written.Add(ledger.WriteAsync(new LedgerLine(LedgerEvent.CommandEffect, rows.GetString(0))));
        }

        await Task.WhenAll(written);
    }
}
