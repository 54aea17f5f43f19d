namespace Messaging.Stores;

/// <summary>What the stores of the outbox and of the inbox have in common.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Makes the store ready: creates what is missing of its schema, unless its options leave that to somebody
    /// else. Cheap when that has been done; called before each use, as the database may be
    /// another one by then, e.g. after its file was replaced.
    /// </summary>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>Complete when the store can be used.</returns>
    /// <exception cref="System.Data.Common.DbException">The database can't be reached, or it refused.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether the same thing may go well when it is tried again, as the database is away, busy, full, read-only or
    /// damaged, or lets nobody in at present.
    /// </summary>
    /// <param name="exception">What the store, or a command on its database, threw; the database's exception may be inside.</param>
    /// <returns>True for a failure that passes, or that is mended at the database.</returns>
    bool IsTransient(Exception exception);
}
