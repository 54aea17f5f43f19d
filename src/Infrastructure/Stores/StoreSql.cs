namespace Messaging.Stores;

/// <summary>
/// The statements whose wording depends on the database. Times are the database's own. Lists are JSON arrays in one
/// parameter, so that a statement's text never depends on its values.
/// </summary>
internal sealed record StoreSql
{
    /// <summary>Creates the tables that are missing; safe when several processes start at once.</summary>
    public required string CreateSchema { get; init; }

    /// <summary>Parameters: owner, lease (seconds). Changes one row where the lease is had.</summary>
    public required string Lead { get; init; }

    /// <summary>Parameters: after, count, except. Columns: number, service, operation, message_id, content_type, headers, body, age (seconds).</summary>
    public required string Read { get; init; }

    /// <summary>Parameter: numbers.</summary>
    public required string Delete { get; init; }

    /// <summary>Parameters: service, retention (seconds), count.</summary>
    public required string Prune { get; init; }
}
