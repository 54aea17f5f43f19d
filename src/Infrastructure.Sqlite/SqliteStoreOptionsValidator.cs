using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Messaging.Sqlite;

internal sealed class SqliteStoreOptionsValidator : IValidateOptions<SqliteStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteStoreOptions options)
    {
        SqliteConnectionStringBuilder connection;
        try
        {
            connection = new SqliteConnectionStringBuilder(options.ConnectionString);
        }
        catch (ArgumentException exception)
        {
            // Its value is left out: a connection string may hold a password.
            return ValidateOptionsResult.Fail($"Messaging:Sqlite: ConnectionString can't be read: {exception.Message} Set it to e.g. 'Data Source=orders.db'.");
        }

        return connection.DataSource is "" or ":memory:" || connection.Mode == SqliteOpenMode.Memory
            ? ValidateOptionsResult.Fail(
                $"Messaging:Sqlite: ConnectionString names the data source '{connection.DataSource}', which no crash survives; set it to a file, e.g. 'Data Source=orders.db'.")
            : ValidateOptionsResult.Success;
    }
}
