using Messaging.Stores;
using Npgsql;

namespace Messaging.PostgreSql;

/// <summary>What the server's error codes say: https://www.postgresql.org/docs/current/errcodes-appendix.html.</summary>
internal static class PostgreSqlCodes
{
    public static StoreFailure Classify(NpgsqlException exception) => exception switch
    {
        PostgresException refused => Classify(refused.SqlState),

        // Two statements at once on one connection.
        NpgsqlOperationInProgressException => StoreFailure.Statement,

        // A broken socket, a server that can't be reached or does not answer, a pool that has none left.
        _ => StoreFailure.Connection,
    };

    /// <summary>Whether a table, a column or a schema is missing.</summary>
    public static bool IsOfSchema(string state) => state is "42P01" or "42703" or "3F000";

    private static StoreFailure Classify(string state) => state switch
    {
        // Serialization failure, deadlock, lock not available.
        "40001" or "40P01" or "55P03" => StoreFailure.Contention,

        // The database is not there; too many connections.
        "3D000" or "53300" => StoreFailure.Connection,

        // A read-only server, or one that is a replica.
        "25006" => StoreFailure.Database,

        // A statement that ran into its own timeout, or over a limit that is set for statements.
        "57014" or "53400" => StoreFailure.Statement,
        _ => state.Length < 2 ? StoreFailure.Statement : state[..2] switch
        {
            // Connection; authorization; the server stops, crashes or starts.
            "08" or "28" => StoreFailure.Connection,
            "57" => StoreFailure.Connection,

            // Disk full, out of memory; errors of the system and of the server itself.
            "53" or "58" or "XX" => StoreFailure.Database,
            _ => StoreFailure.Statement,
        },
    };
}
