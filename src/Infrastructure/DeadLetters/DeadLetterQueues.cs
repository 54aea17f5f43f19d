using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.DeadLetters;

/// <summary>Works on the dead-letter queues through links of its own, one for each task.</summary>
internal sealed class DeadLetterQueues(ITransport transport) : IDeadLetters
{
    public async Task<long> CountAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return await RunAsync(service, static link => link.CountAsync().AsTask(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(string service, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var letters = new List<DeadLetter>();
        await WalkAsync(
            service,
            (_, _, letter) =>
            {
                letters.Add(letter);
                return new ValueTask<bool>(letters.Count < limit);
            },
            cancellationToken).ConfigureAwait(false);
        return letters;
    }

    /// <summary>Shows dead letters one by one, the oldest first, until <paramref name="visit"/> has seen enough, and keeps none of them in memory. Nothing is changed.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="visit">Gets each one; false to end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many there were at the start.</returns>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    internal Task<long> VisitAsync(string service, Func<DeadLetter, bool> visit, CancellationToken cancellationToken) =>
        WalkAsync(service, (_, _, letter) => new ValueTask<bool>(visit(letter)), cancellationToken);

    public async Task<long> ReplayAsync(
        string service, Func<DeadLetter, bool>? select = null, Func<DeadLetter, DeadLetterEdit?>? edit = null, CancellationToken cancellationToken = default)
    {
        long replayed = 0;
        await WalkAsync(
            service,
            async (link, message, letter) =>
            {
                if (select is null || select(letter))
                {
                    // Safe there before it is removed here: dying in between costs a duplicate with the same message id.
                    await link.PublishConfirmedAsync(
                        DeadLetterFormat.Replay(letter, message, edit?.Invoke(letter))).ConfigureAwait(false);
                    await link.AckAsync(message.DeliveryTag).ConfigureAwait(false);
                    replayed++;
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return replayed;
    }

    public async Task<long> PurgeAsync(string service, Func<DeadLetter, bool>? select = null, CancellationToken cancellationToken = default)
    {
        long purged = 0;
        await WalkAsync(
            service,
            async (link, message, letter) =>
            {
                if (select is null || select(letter))
                {
                    await link.AckAsync(message.DeliveryTag).ConfigureAwait(false);
                    purged++;
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return purged;
    }

    /// <summary>Visits what is there at the start, and no more: what is replayed may come back meanwhile.</summary>
    private async Task<long> WalkAsync(
        string service, Func<IQueueLink, InboundMessage, DeadLetter, ValueTask<bool>> visit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        return await RunAsync(
            service,
            async link =>
            {
                var count = await link.CountAsync().ConfigureAwait(false);
                for (var left = count; left > 0; left--)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await link.GetAsync().ConfigureAwait(false) is not { } message
                        || !await visit(link, message, DeadLetterFormat.Read(service, message)).ConfigureAwait(false))
                    {
                        break;
                    }
                }

                return count;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null where no worker of the service has ever declared the queue.</summary>
    private async Task<IQueueLink?> OpenAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.OpenQueueAsync(WireNames.DeadLetterQueue(service), cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Failure == TransportFailure.Unroutable)
        {
            return null;
        }
    }

    private async Task<long> RunAsync(string service, Func<IQueueLink, Task<long>> work, CancellationToken cancellationToken)
    {
        try
        {
            if (await OpenAsync(service, cancellationToken).ConfigureAwait(false) is not { } link)
            {
                return 0;
            }

            await using (link.ConfigureAwait(false))
            {
                return await work(link).ConfigureAwait(false);
            }
        }
        catch (TransportException exception)
        {
            throw exception.ToRpcException();
        }
    }
}
