using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Queues;

/// <summary>Asks the broker for each queue that a service can have, through one link for each look.</summary>
internal sealed class ServiceQueueStates(ITransport transport) : IServiceQueues
{
    public async Task<IReadOnlyList<QueueState>> ListAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        if (!ServiceNames.IsValid(service))
        {
            // Nobody can serve it.
            return [];
        }

        try
        {
            var look = await transport.OpenQueueLookAsync(cancellationToken).ConfigureAwait(false);
            await using (look.ConfigureAwait(false))
            {
                return await ListAsync(look, service, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TransportException exception)
        {
            throw exception.ToRpcException();
        }
    }

    private static async Task<List<QueueState>> ListAsync(IQueueLook look, string service, CancellationToken cancellationToken)
    {
        var states = new List<QueueState>();
        await TryAddAsync(service, QueuePurpose.Calls).ConfigureAwait(false);
        await TryAddAsync(WireNames.CommandsQueue(service), QueuePurpose.Commands).ConfigureAwait(false);
        await TryAddAsync(WireNames.HighCommandsQueue(service), QueuePurpose.UrgentCommands).ConfigureAwait(false);

        // As the workers do: up to the first that is missing, whatever the contract says now.
        for (var partition = 0;
            partition < CommandPartition.Max
                && await TryAddAsync(WireNames.PartitionQueue(service, partition), QueuePurpose.OrderedCommands).ConfigureAwait(false);
            partition++)
        {
        }

        await TryAddAsync(WireNames.DeadLetterQueue(service), QueuePurpose.DeadLetters).ConfigureAwait(false);
        return states;

        async ValueTask<bool> TryAddAsync(string queue, QueuePurpose purpose)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await look.FindAsync(queue).ConfigureAwait(false) is not { } counts)
            {
                return false;
            }

            states.Add(new QueueState(queue, purpose, counts.Messages, counts.Consumers));
            return true;
        }
    }
}
