using Messaging.Faults.Ledgers;

namespace Messaging.Faults.Parties;

/// <summary>In the inbox's own transaction, as an application with an inbox writes.</summary>
internal sealed class InboxEffects(IInboxTransaction inbox) : IEffects
{
    public Task WriteAsync(string id, CancellationToken cancellationToken) =>
        EffectTable.InsertAsync(inbox.Connection, inbox.Transaction, id, cancellationToken);
}
