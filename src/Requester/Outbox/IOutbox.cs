using System.Data.Common;

namespace Messaging;

/// <summary>
/// Sends commands as part of a local database transaction: they are published if it commits, even by another process
/// after a crash, and never if it rolls back. Thread-safe.
/// </summary>
public interface IOutbox
{
    /// <summary>
    /// A proxy whose commands are stored on <paramref name="transaction"/> and published after its commit. Its commands
    /// complete when they are stored. <c>With(CallOptions { Headers = … })</c> works as on any proxy; a timeout means nothing.
    /// </summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="transaction">An open transaction on the database that the outbox's store is configured with.</param>
    /// <returns>The proxy; usable until the transaction ends, and by one thread at a time, as its connection is. Calls
    /// and streams on it throw <see cref="InvalidOperationException"/>.</returns>
    /// <exception cref="InvalidOperationException"><typeparamref name="TService"/> has no generated contract.</exception>
    TService In<TService>(DbTransaction transaction)
        where TService : class;

    /// <summary>
    /// Commits a transaction and has its commands published at once. After a plain <c>CommitAsync</c> they are published
    /// as soon as the outbox looks again: within milliseconds where the commit comes soon after the commands, and within
    /// <see cref="OutboxOptions.PollInterval"/> otherwise.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Gives it up; whether it was committed is not known then.</param>
    /// <returns>Complete when it is committed.</returns>
    Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken = default);
}
