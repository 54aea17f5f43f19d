using Messaging.Stores;

namespace Messaging.Sqlite;

/// <summary>The statements in SQLite's dialect. Times are seconds since 1970 with fractions.</summary>
internal static class SqliteSql
{
    public static StoreSql Statements { get; } = new()
    {
        // WAL: who reads does not wait for who writes. AUTOINCREMENT: a number is never used twice.
        CreateSchema = """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS messaging_outbox (
                number       INTEGER PRIMARY KEY AUTOINCREMENT,
                service      TEXT NOT NULL,
                operation    TEXT NOT NULL,
                message_id   TEXT NOT NULL,
                content_type TEXT NOT NULL,
                headers      TEXT,
                body         BLOB NOT NULL,
                inserted     REAL NOT NULL DEFAULT (unixepoch('subsec')),
                failure      TEXT);
            CREATE TABLE IF NOT EXISTS messaging_outbox_lease (
                id      INTEGER PRIMARY KEY CHECK (id = 1),
                owner   TEXT NOT NULL,
                expires REAL NOT NULL);
            CREATE TABLE IF NOT EXISTS messaging_inbox (
                service      TEXT NOT NULL,
                kind         INTEGER NOT NULL,
                id           TEXT NOT NULL,
                handled      REAL NOT NULL DEFAULT (unixepoch('subsec')),
                content_type TEXT,
                reply        BLOB,
                PRIMARY KEY (service, kind, id));
            CREATE INDEX IF NOT EXISTS messaging_inbox_handled ON messaging_inbox (service, handled);
            """,
        Lead = """
            INSERT INTO messaging_outbox_lease (id, owner, expires) VALUES (1, @owner, unixepoch('subsec') + @lease)
            ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, expires = excluded.expires
            WHERE messaging_outbox_lease.owner = excluded.owner OR messaging_outbox_lease.expires <= unixepoch('subsec')
            """,
        Read = """
            SELECT number, service, operation, message_id, content_type, headers, body, unixepoch('subsec') - inserted
            FROM messaging_outbox
            WHERE failure IS NULL AND number > @after AND service NOT IN (SELECT value FROM json_each(@except))
            ORDER BY number LIMIT @count
            """,
        Delete = "DELETE FROM messaging_outbox WHERE number IN (SELECT value FROM json_each(@numbers))",
        Prune = """
            DELETE FROM messaging_inbox WHERE rowid IN (
                SELECT rowid FROM messaging_inbox
                WHERE service = @service AND handled <= unixepoch('subsec') - @retention
                ORDER BY handled LIMIT @count)
            """,
    };
}
