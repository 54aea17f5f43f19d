using System.Data.Common;
using Messaging.Stores;

namespace Messaging.Inbox;

/// <summary>The inbox in a table of a SQL database.</summary>
internal sealed class SqlInboxStore(StoreDatabase database) : IInboxStore
{
    private const string Enter =
        "INSERT INTO messaging_inbox (service, kind, id) VALUES (@service, @kind, @id) ON CONFLICT DO NOTHING";

    private const string Where = " WHERE service = @service AND kind = @kind AND id = @id";
    private const string StoreReply = "UPDATE messaging_inbox SET content_type = @content_type, reply = @reply" + Where;
    private const string Prove = "INSERT INTO messaging_inbox (service, kind, id) VALUES ('', -1, @id)";
    private const string Unprove = "DELETE FROM messaging_inbox WHERE service = '' AND kind = -1 AND id = @id";
    private const string FindReply = "SELECT content_type, reply FROM messaging_inbox" + Where;

    public Task PrepareAsync(CancellationToken cancellationToken) => database.PrepareAsync(cancellationToken);

    public bool IsTransient(Exception exception) => database.IsTransient(exception);

    public bool IsRefusal(Exception exception) => StoreDatabase.Find(exception) is { } found && database.IsRefusal(found);

    public async Task<string?> FindOutageAsync(InboxTransaction transaction, Exception exception, CancellationToken cancellationToken)
    {
        if (StoreDatabase.Find(exception) is not { } found
            || database.Classify(found) is var failure && failure == StoreFailure.Statement
            || !await database.IsOutageAsync(failure, transaction.Connection, transaction.Transaction, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        database.Note(found);
        return found.Message;
    }

    public async Task ProveAsync(CancellationToken cancellationToken)
    {
        // Its own key, so that nobody waits for anybody. Deleted at once, so that nothing of it stays.
        var key = ("id", (object?)Guid.NewGuid().ToString("N"));
        var transaction = await BeginAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await database.ExecuteAsync(transaction.Connection, transaction.Transaction, Prove, cancellationToken, key).ConfigureAwait(false);
            await database.ExecuteAsync(transaction.Connection, transaction.Transaction, Unprove, cancellationToken, key).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<InboxTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        await database.EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        DbConnection? connection = null;
        try
        {
            connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await database.BeginAsync(connection, cancellationToken).ConfigureAwait(false);
            return new SqlInboxTransaction(database, connection, transaction);
        }
        catch
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            database.LeaveWrite();
            throw;
        }
    }

    public async Task<bool> TryEnterAsync(InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            transaction.Connection, transaction.Transaction, Enter, cancellationToken,
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id)).ConfigureAwait(false) > 0;

    public Task StoreReplyAsync(InboxTransaction transaction, InboxKey key, InboxReply reply, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            transaction.Connection, transaction.Transaction, StoreReply, cancellationToken,
            ("content_type", reply.ContentType), ("reply", reply.Body.ToArray()),
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id));

    public async Task<InboxReply?> FindReplyAsync(InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            transaction.Connection, transaction.Transaction, FindReply,
            static reader => new InboxReply(
                reader.IsDBNull(0) ? null : reader.GetString(0),
                reader.IsDBNull(1) ? default : reader.GetFieldValue<byte[]>(1)),
            cancellationToken,
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id)).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    public Task<int> PruneAsync(string service, TimeSpan retention, int count, CancellationToken cancellationToken) =>
        database.WriteAsync(
            database.Sql.Prune, cancellationToken, ("service", service), ("retention", retention.TotalSeconds), ("count", count));

    private sealed class SqlInboxTransaction(StoreDatabase database, DbConnection connection, DbTransaction transaction) : InboxTransaction
    {
        private bool _committed;
        private bool _disposed;

        public override DbConnection Connection => connection;

        public override DbTransaction Transaction => transaction;

        public override async Task CommitAsync(CancellationToken cancellationToken)
        {
            await database.CommitAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
            _committed = true;
        }

        public override async ValueTask DisposeAsync()
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            try
            {
                if (!_committed)
                {
                    await database.RollBackAsync(transaction).ConfigureAwait(false);
                }

                await base.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is DbException or InvalidOperationException or IOException)
            {
                // Closing a connection that is broken already.
                database.Note(exception);
            }
            finally
            {
                database.LeaveWrite();
            }
        }
    }
}
