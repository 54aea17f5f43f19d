namespace Messaging.Stores;

/// <summary>What the stores of the outbox and of the inbox have in common.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Makes the store ready, once: creates what is missing of its schema, unless its options leave that to somebody
    /// else. Cheap when that has been done; called again after it failed.
    /// </summary>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>Complete when the store can be used.</returns>
    /// <exception cref="System.Data.Common.DbException">The database can't be reached, or it refused.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether the same thing may go well when it is tried again, e.g. because the database was away or busy.</summary>
    /// <param name="exception">What the store, or a command on its database, threw.</param>
    /// <returns>True for a failure that passes.</returns>
    bool IsTransient(Exception exception);
}
