using System.Data.Common;
using Messaging.Stores;

namespace Messaging.Outbox;

/// <summary>Keeps commands in a database until the broker has them. Thread-safe.</summary>
public interface IOutboxStore : IMessageStore
{
    /// <summary>Stores a command as part of the caller's transaction.</summary>
    /// <param name="transaction">A transaction on this store's database.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when it is stored; it counts once the transaction commits.</returns>
    /// <exception cref="ArgumentException">The transaction belongs to another kind of database.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    /// <exception cref="DbException">The database refused.</exception>
    Task InsertAsync(DbTransaction transaction, OutboxCommand command, CancellationToken cancellationToken);

    /// <summary>Whether there is anything to publish. Cheap: an idle application asks at every poll.</summary>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>True where a command waits that has not been set aside.</returns>
    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes or renews the right to publish, which one process has at a time. The time is the database's own: no clocks
    /// of machines are compared.
    /// </summary>
    /// <param name="owner">Who asks; unique for each process.</param>
    /// <param name="lease">How long the right lasts when it is not renewed.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>False while somebody else has it.</returns>
    Task<bool> TryLeadAsync(string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives the right to publish back, if the owner has it.</summary>
    /// <param name="owner">As it was taken.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when others may take it.</returns>
    Task ReleaseAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Reads committed commands in order of insertion, without those that were set aside.</summary>
    /// <param name="after">Only what has a larger number than this; 0 for the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="exceptServices">Services to leave out for now.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The commands; empty where there are no more.</returns>
    Task<IReadOnlyList<OutboxEntry>> ReadAsync(long after, int count, IReadOnlyCollection<string> exceptServices, CancellationToken cancellationToken);

    /// <summary>Removes commands that the broker has confirmed.</summary>
    /// <param name="numbers">Their numbers.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when they are gone.</returns>
    Task DeleteAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken);

    /// <summary>Sets a command aside that can't be published: it stays in the table with the reason and is not read again.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when that is stored.</returns>
    Task SetAsideAsync(long number, string reason, CancellationToken cancellationToken);
}
