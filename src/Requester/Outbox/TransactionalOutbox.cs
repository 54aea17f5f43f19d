using System.Data.Common;
using Messaging.Policies;
using Messaging.Transport;

namespace Messaging.Outbox;

/// <summary>Hands out proxies that store commands in transactions.</summary>
internal sealed class TransactionalOutbox(IOutboxStore store, CallPolicies policies, ITransport transport, OutboxSignal signal) : IOutbox
{
    public TService In<TService>(DbTransaction transaction)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return Contract<TService>.Instance.CreateProxy(new OutboxInvoker(store, policies, transport, signal, transaction), options: null);
    }

    public async Task CommitAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        signal.Committed();
    }

    // Looked up once: it reads the attributes of an assembly.
    private static class Contract<TService>
        where TService : class
    {
        private static ServiceContract<TService>? _instance;

        public static ServiceContract<TService> Instance => _instance ??= ServiceContract.Of<TService>();
    }
}
