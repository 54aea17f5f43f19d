using Messaging.Stores;

namespace Messaging.PostgreSql;

/// <summary>The statements in PostgreSQL's dialect.</summary>
internal static class PostgreSqlSql
{
    public static StoreSql Statements { get; } = new()
    {
        // IF NOT EXISTS fails when two processes create the same table at once; the lock has one wait for the other.
        // Statements sent together are one transaction.
        CreateSchema = """
            SELECT pg_advisory_xact_lock(hashtext('messaging_schema'));
            CREATE TABLE IF NOT EXISTS messaging_outbox (
                number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                service      text NOT NULL,
                operation    text NOT NULL,
                message_id   text NOT NULL,
                content_type text NOT NULL,
                headers      text,
                body         bytea NOT NULL,
                inserted     timestamptz NOT NULL DEFAULT now(),
                failure      text);
            CREATE TABLE IF NOT EXISTS messaging_outbox_lease (
                id      integer PRIMARY KEY CHECK (id = 1),
                owner   text NOT NULL,
                expires timestamptz NOT NULL);
            CREATE TABLE IF NOT EXISTS messaging_inbox (
                service      text NOT NULL,
                kind         integer NOT NULL,
                id           text NOT NULL,
                handled      timestamptz NOT NULL DEFAULT now(),
                content_type text,
                reply        bytea,
                PRIMARY KEY (service, kind, id));
            CREATE INDEX IF NOT EXISTS messaging_inbox_handled ON messaging_inbox (service, handled);
            """,
        Lead = """
            INSERT INTO messaging_outbox_lease (id, owner, expires) VALUES (1, @owner, clock_timestamp() + make_interval(secs => @lease))
            ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, expires = excluded.expires
            WHERE messaging_outbox_lease.owner = excluded.owner OR messaging_outbox_lease.expires <= clock_timestamp()
            """,
        Read = """
            SELECT number, service, operation, message_id, content_type, headers, body,
                   extract(epoch FROM clock_timestamp() - inserted)::double precision
            FROM messaging_outbox
            WHERE failure IS NULL AND number > @after AND service NOT IN (SELECT jsonb_array_elements_text(@except::jsonb))
            ORDER BY number LIMIT @count
            """,
        Delete = "DELETE FROM messaging_outbox WHERE number IN (SELECT jsonb_array_elements_text(@numbers::jsonb)::bigint)",
        Prune = """
            DELETE FROM messaging_inbox WHERE ctid IN (
                SELECT ctid FROM messaging_inbox
                WHERE service = @service AND handled <= now() - make_interval(secs => @retention)
                ORDER BY handled LIMIT @count FOR UPDATE SKIP LOCKED)
            """,
    };
}
