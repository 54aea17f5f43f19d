using System.Data.Common;

namespace Messaging;

/// <summary>
/// The transaction in which the inbox enters the message that a handler serves. Inject it (it is scoped) and write with
/// it: then the handler's effect and the entry are committed together, or neither is. Commands sent by
/// <c>IOutbox.In&lt;T&gt;(Transaction)</c> belong to it too. The worker commits when the handler has returned and rolls
/// back when it has thrown; a handler does neither.
/// </summary>
public interface IInboxTransaction
{
    /// <summary>Whether there is one: false in a call that does not ask for replayed replies, and for a command that came without a message id.</summary>
    bool IsActive { get; }

    /// <summary>The open connection.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction: see <see cref="IsActive"/>.</exception>
    DbConnection Connection { get; }

    /// <summary>The open transaction.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction: see <see cref="IsActive"/>.</exception>
    DbTransaction Transaction { get; }
}
