using System.Data.Common;

namespace Messaging.Inbox;

/// <summary>The transaction of the message that a scope serves.</summary>
internal sealed class CurrentInboxTransaction : IInboxTransaction
{
    public InboxTransaction? Open { get; set; }

    public bool IsActive => Open is not null;

    public DbConnection Connection => Required.Connection;

    public DbTransaction Transaction => Required.Transaction;

    private InboxTransaction Required => Open ?? throw new InvalidOperationException(
        "There is no inbox transaction here. It exists while a handler of a service with AddInbox<T>() serves a command that has a message id, or a call that asks for replayed replies; IsActive tells.");
}
