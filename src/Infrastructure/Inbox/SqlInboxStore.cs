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
    private const string FindReply = "SELECT content_type, reply FROM messaging_inbox" + Where;

    public Task PrepareAsync(CancellationToken cancellationToken) => database.PrepareAsync(cancellationToken);

    public bool IsTransient(Exception exception) => database.IsTransient(exception);

    public async Task<InboxTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        await database.EnterWriteAsync(cancellationToken).ConfigureAwait(false);
        DbConnection? connection = null;
        try
        {
            connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
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
        await StoreDatabase.ExecuteAsync(
            transaction.Connection, transaction.Transaction, Enter, cancellationToken,
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id)).ConfigureAwait(false) > 0;

    public Task StoreReplyAsync(InboxTransaction transaction, InboxKey key, InboxReply reply, CancellationToken cancellationToken) =>
        StoreDatabase.ExecuteAsync(
            transaction.Connection, transaction.Transaction, StoreReply, cancellationToken,
            ("content_type", reply.ContentType), ("reply", reply.Body.ToArray()),
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id));

    public async Task<InboxReply?> FindReplyAsync(InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken)
    {
        var command = StoreDatabase.CreateCommand(
            transaction.Connection, transaction.Transaction, FindReply,
            ("service", key.Service), ("kind", (int)key.Kind), ("id", key.Id));
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? new InboxReply(
                        reader.IsDBNull(0) ? null : reader.GetString(0),
                        reader.IsDBNull(1) ? default : reader.GetFieldValue<byte[]>(1))
                    : null;
            }
        }
    }

    public Task<int> PruneAsync(string service, TimeSpan retention, int count, CancellationToken cancellationToken) =>
        database.WriteAsync(
            database.Sql.Prune, cancellationToken, ("service", service), ("retention", retention.TotalSeconds), ("count", count));

    private sealed class SqlInboxTransaction(StoreDatabase database, DbConnection connection, DbTransaction transaction) : InboxTransaction
    {
        private bool _disposed;

        public override DbConnection Connection => connection;

        public override DbTransaction Transaction => transaction;

        public override async ValueTask DisposeAsync()
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            try
            {
                await base.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                database.LeaveWrite();
            }
        }
    }
}
