namespace Messaging;

/// <summary>Where the outbox and the inbox are kept. Bound from <c>Messaging:PostgreSql</c>.</summary>
public sealed class PostgreSqlStoreOptions
{
    /// <summary>
    /// The connection string of the database that the application's own transactions use, e.g.
    /// <c>Host=db;Database=orders;Username=orders</c>. The tables lie in the first schema of its search path. Default:
    /// null, the <c>NpgsqlDataSource</c> that the application has registered.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Whether missing tables are created when the application starts. Where it is false, create what
    /// <c>docs/outbox-and-inbox.md</c> shows. Default: true.
    /// </summary>
    public bool CreateSchema { get; set; } = true;
}
