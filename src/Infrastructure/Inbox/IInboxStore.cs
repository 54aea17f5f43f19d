using System.Data.Common;
using Messaging.Stores;

namespace Messaging.Inbox;

/// <summary>Remembers in a database what has been handled. Thread-safe.</summary>
public interface IInboxStore : IMessageStore
{
    /// <summary>Begins the transaction that a handler can join.</summary>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>An open transaction on a connection of its own; disposing it rolls back what was not committed.</returns>
    /// <exception cref="DbException">The database can't be reached, or it refused.</exception>
    Task<InboxTransaction> BeginAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Enters a message as handled. While another transaction that entered the same is open, it waits for its end: of
    /// several at the same time one succeeds.
    /// </summary>
    /// <param name="transaction">The transaction; the entry counts once it commits.</param>
    /// <param name="key">The message.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>False when it had been entered before.</returns>
    Task<bool> TryEnterAsync(InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken);

    /// <summary>Stores the reply to a call that was entered in the same transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="key">The call.</param>
    /// <param name="reply">The encoded reply.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when it is stored; it counts once the transaction commits.</returns>
    Task StoreReplyAsync(InboxTransaction transaction, InboxKey key, InboxReply reply, CancellationToken cancellationToken);

    /// <summary>Finds the reply to a call that was handled before.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="key">The call.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The reply; null where none was stored.</returns>
    Task<InboxReply?> FindReplyAsync(InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Finds whether what a handler threw while its transaction was open is the database's doing, e.g. as it is away, full
    /// or read-only, and not the handler's own, e.g. a constraint or a wrong statement.
    /// </summary>
    /// <param name="transaction">The handler's transaction.</param>
    /// <param name="exception">What it threw; the database's exception may be inside.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>What the database says; null where the failure is the handler's.</returns>
    Task<string?> FindOutageAsync(InboxTransaction transaction, Exception exception, CancellationToken cancellationToken);

    /// <summary>Whether a commit failed because of what the handler had written, e.g. by a constraint that is checked last.</summary>
    /// <param name="exception">What <see cref="InboxTransaction.CommitAsync"/> threw.</param>
    /// <returns>False where the database failed.</returns>
    bool IsRefusal(Exception exception);

    /// <summary>Proves that the database takes what is written, by a row that is committed and leaves nothing.</summary>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Complete when it was committed.</returns>
    /// <exception cref="DbException">The database can't be reached, or it refused.</exception>
    Task ProveAsync(CancellationToken cancellationToken);

    /// <summary>Forgets what was handled longer ago than <paramref name="retention"/>, by the database's clock.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="retention">How long entries are kept.</param>
    /// <param name="count">At most so many entries.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How many were forgotten; fewer than <paramref name="count"/> where no more are left.</returns>
    Task<int> PruneAsync(string service, TimeSpan retention, int count, CancellationToken cancellationToken);
}

/// <summary>What a message is known by.</summary>
/// <param name="Service">The service's wire name.</param>
/// <param name="Kind">Calls and commands have ids apart, so that neither can pass for the other.</param>
/// <param name="Id">Visible ASCII characters, at most 255.</param>
public readonly record struct InboxKey(string Service, OperationKind Kind, string Id);

/// <summary>An encoded reply.</summary>
/// <param name="ContentType">The body's content type; null for a reply without a body.</param>
/// <param name="Body">The body.</param>
public sealed record InboxReply(string? ContentType, ReadOnlyMemory<byte> Body);
