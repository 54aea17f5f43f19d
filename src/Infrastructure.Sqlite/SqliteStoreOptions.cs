namespace Messaging;

/// <summary>Where the outbox and the inbox are kept. Bound from <c>Messaging:Sqlite</c>.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>
    /// The connection string, e.g. <c>Data Source=orders.db</c>: the database that the application's own transactions
    /// use. Required. A database in memory is refused, as nothing in it survives the process.
    /// </summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>
    /// Whether missing tables are created and the database is put into WAL mode when the application starts. Where it is
    /// false, create what <c>docs/outbox-and-inbox.md</c> shows. Default: true.
    /// </summary>
    public bool CreateSchema { get; set; } = true;
}
