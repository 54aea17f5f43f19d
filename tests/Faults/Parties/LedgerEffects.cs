using Messaging.Faults.Ledgers;

namespace Messaging.Faults.Parties;

/// <summary>In the process's ledger: what runs twice stands there twice.</summary>
internal sealed class LedgerEffects(Ledger ledger) : IEffects
{
    public Task WriteAsync(string id, CancellationToken cancellationToken) => ledger.WriteAsync(new LedgerLine(LedgerEvent.CommandEffect, id));
}
