using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Sees to it that all is there that a link's delayed messages need, before the first for each queue is sent. On a channel
/// that is thrown away, as an error would close it, and the link's own would take the link with it.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class DelayReadiness(BrokerConnection connection, LinkLifetime link)
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> _ready = new(StringComparer.Ordinal);

    // For each link anew: should somebody delete an exchange, publishing to it ends the link, and the next one mends it.
    private bool _declared;

    /// <summary>Completes when messages for the queue can be delayed.</summary>
    /// <exception cref="TransportException">There is no such queue, a permission is missing, or the link was lost.</exception>
    public ValueTask EnsureAsync(string queue) => _ready.ContainsKey(queue) ? default : PrepareAsync(queue);

    private async ValueTask PrepareAsync(string queue)
    {
        try
        {
            await _oneAtATime.WaitAsync(link.LostToken).ConfigureAwait(false);
        }
        catch (Exception e) when (link.Loss is not null && e is OperationCanceledException or ObjectDisposedException)
        {
            throw PublishFailures.LinkLost(queue, link.Loss);
        }

        try
        {
            if (!_ready.ContainsKey(queue))
            {
                await CheckAsync(queue, link.LostToken).ConfigureAwait(false);
                _ready[queue] = true;
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
        {
            throw PublishFailures.Unroutable(queue);
        }
        catch (Exception e)
        {
            throw link.Loss is { } loss ? PublishFailures.LinkLost(queue, loss) : OpenFailures.From(e, $"the delay of messages for '{queue}'");
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task CheckAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await link.OpenPassingChannelAsync(connection, cancellationToken).ConfigureAwait(false);
        try
        {
            // First, as it costs the least: without a queue there is nothing to delay.
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
            if (!_declared)
            {
                await DelayTopology.DeclareAsync(channel, cancellationToken).ConfigureAwait(false);
                _declared = true;
            }
        }
        finally
        {
            if (channel.IsOpen)
            {
                await channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                    .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
