using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Declares queues that an earlier version may have declared with less: those are left, and served, as they are.</summary>
internal sealed class QueueDeclarer(PassingChannel channel, OldQueues old)
{
    /// <summary>The channel that it declares on, for what belongs to the queues.</summary>
    public ValueTask<IChannel> GetChannelAsync(CancellationToken cancellationToken) => channel.GetAsync(cancellationToken);

    /// <summary>Declares a quorum queue.</summary>
    /// <exception cref="OperationInterruptedException">The broker refuses it, e.g. because it exists with other arguments.</exception>
    public async Task DeclareAsync(string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        if (old.Contains(queue))
        {
            if (await CountAsync(queue, cancellationToken).ConfigureAwait(false) is not null)
            {
                return;
            }

            old.Remove(queue);
        }

        try
        {
            await ServiceQueues.DeclareQuorumAsync(
                await channel.GetAsync(cancellationToken).ConfigureAwait(false), queue, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } reason && QueueSafety.IsAbout(reason))
        {
            // What else differs is refused here, with its own reason.
            await ServiceQueues.DeclareQuorumAsync(
                await channel.GetAsync(cancellationToken).ConfigureAwait(false), queue, QueueSafety.Without(arguments), cancellationToken).ConfigureAwait(false);
            old.Add(queue, QueueSafety.Command(queue, arguments));
        }
    }

    /// <summary>How many messages wait in a queue; null where there is none.</summary>
    public async Task<uint?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            var open = await channel.GetAsync(cancellationToken).ConfigureAwait(false);
            return (await open.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            return null;
        }
    }
}
