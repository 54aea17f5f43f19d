using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>
/// Tells a queue whose node is away from one whose broker is slow, where a look is not answered: RabbitMQ 4 refuses at
/// once what is published to the first.
/// </summary>
internal sealed class DownProbe(BrokerConnection connection, LinkLifetime link, MessageLimits limits)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether the queue refuses. Where it takes the probe, that is gone a millisecond later.</summary>
    public async Task<bool> IsDownAsync(string queue, CancellationToken cancellationToken)
    {
        var probing = await ConfirmChannel.OpenPassingAsync(link, connection, limits, cancellationToken).ConfigureAwait(false);
        try
        {
            var probe = new OutboundMessage { Queue = queue, Type = "probe", MessageId = ServiceQueues.Unique("probe."), ExpirationMs = 1 };
            await probing.PublishAsync(probe, mandatory: true).AsTask().WaitAsync(_patience, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (TransportException e) when (e.Failure is TransportFailure.Refused or TransportFailure.Unroutable)
        {
            return e.Failure == TransportFailure.Refused;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            await PassingChannel.CloseAsync(probing.Channel).ConfigureAwait(false);
        }
    }
}
