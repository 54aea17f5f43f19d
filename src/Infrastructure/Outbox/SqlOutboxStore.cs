using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Messaging.Stores;

namespace Messaging.Outbox;

/// <summary>The outbox in a table of a SQL database.</summary>
internal sealed class SqlOutboxStore(StoreDatabase database) : IOutboxStore
{
    private const string Insert =
        "INSERT INTO messaging_outbox (service, operation, message_id, content_type, headers, body) VALUES (@service, @operation, @message_id, @content_type, @headers, @body)";

    private const string Any = "SELECT 1 FROM messaging_outbox WHERE failure IS NULL LIMIT 1";
    private const string Release = "DELETE FROM messaging_outbox_lease WHERE owner = @owner";
    private const string SetAside = "UPDATE messaging_outbox SET failure = @failure WHERE number = @number";

    public Task PrepareAsync(CancellationToken cancellationToken) => database.PrepareAsync(cancellationToken);

    public bool IsTransient(Exception exception) => database.IsTransient(exception);

    public async Task InsertAsync(DbTransaction transaction, OutboxCommand command, CancellationToken cancellationToken)
    {
        if (!database.IsOwn(transaction))
        {
            throw new ArgumentException(
                $"The transaction is a {transaction.GetType().Name}, and the outbox is kept in {database.Name}: begin one on a connection to the database that the outbox's store is configured with.",
                nameof(transaction));
        }

        var connection = transaction.Connection
            ?? throw new InvalidOperationException($"The transaction has ended, so '{command.Service}/{command.Operation}' can't be part of it: send the command before it is committed.");
        var insert = StoreDatabase.CreateCommand(
            connection, transaction, Insert,
            ("service", command.Service),
            ("operation", command.Operation),
            ("message_id", command.MessageId),
            ("content_type", command.ContentType),
            ("headers", command.Headers),
            ("body", command.Body.ToArray()));
        await using (insert.ConfigureAwait(false))
        {
            try
            {
                await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DbException exception)
            {
                // The transaction is the application's and so is the exception; its connection must not be kept.
                database.Note(exception);
                throw;
            }
        }
    }

    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return (await database.QueryAsync(connection, transaction: null, Any, static _ => true, cancellationToken).ConfigureAwait(false)).Count > 0;
        }
    }

    public async Task<bool> TryLeadAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) =>
        await database.WriteAsync(database.Sql.Lead, cancellationToken, ("owner", owner), ("lease", lease.TotalSeconds)).ConfigureAwait(false) > 0;

    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) =>
        database.WriteAsync(Release, cancellationToken, ("owner", owner));

    public async Task<IReadOnlyList<OutboxEntry>> ReadAsync(
        long after, int count, IReadOnlyCollection<string> exceptServices, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var except = "[" + string.Join(',', exceptServices.Select(static service => $"\"{JsonEncodedText.Encode(service)}\"")) + "]";
            return await database.QueryAsync(
                connection, transaction: null, database.Sql.Read, Read, cancellationToken,
                ("after", after), ("count", count), ("except", except)).ConfigureAwait(false);
        }
    }

    public Task DeleteAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        database.WriteAsync(
            database.Sql.Delete, cancellationToken,
            ("numbers", "[" + string.Join(',', numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture))) + "]"));

    public Task SetAsideAsync(long number, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(SetAside, cancellationToken, ("number", number), ("failure", Storable(reason)));

    /// <summary>A text that any database can hold: no zero, and no half of a pair of surrogates, which the reason may have from the row.</summary>
    private static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', ' ')));

    private static OutboxEntry Read(DbDataReader reader) => new(
        reader.GetInt64(0),
        new OutboxCommand
        {
            Service = reader.GetString(1),
            Operation = reader.GetString(2),
            MessageId = reader.GetString(3),
            ContentType = reader.GetString(4),
            Headers = reader.IsDBNull(5) ? null : reader.GetString(5),
            Body = reader.GetFieldValue<byte[]>(6),
        },
        TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(7))));
}
