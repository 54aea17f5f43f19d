using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>
/// Sees to it that all is there that a link's delayed messages need, before the first for each queue is sent. On channels
/// that are thrown away, as an error would close them, and the link's own would take the link with it.
/// </summary>
/// <param name="connection">The connection for what is published.</param>
/// <param name="link">The link.</param>
/// <param name="limits">What a message may weigh.</param>
/// <param name="old">Where queues of an earlier version are noted.</param>
/// <param name="owns">The queues that this link has declared itself; null for none.</param>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class DelayReadiness(BrokerConnection connection, LinkLifetime link, MessageLimits limits, OldQueues old, Func<string, bool>? owns = null)
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    // Even while the levels are to be declared, odd when they have been: for each link anew, and whenever one is missing.
    private int _version;

    /// <summary>Completes when messages for the queue can be delayed, with what <see cref="Forget"/> is told should that prove wrong.</summary>
    /// <exception cref="TransportException">There is no such queue, a permission is missing, or the link was lost.</exception>
    public ValueTask<int> EnsureAsync(string queue)
    {
        var version = Volatile.Read(ref _version);
        return (version & 1) == 1 && _known.ContainsKey(queue) ? new ValueTask<int>(version) : PrepareAsync(queue);
    }

    /// <summary>Something is missing after all: the next message has everything declared again.</summary>
    public void Forget(int version) => Interlocked.CompareExchange(ref _version, version + 1, version);

    private async ValueTask<int> PrepareAsync(string queue)
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
            // First, as it costs the least: without a queue there is nothing to delay.
            if (!_known.ContainsKey(queue))
            {
                if (owns?.Invoke(queue) != true && !await KnownQueues.AskAsync(link, connection, limits, queue, link.LostToken).ConfigureAwait(false))
                {
                    throw PublishFailures.Unroutable(queue);
                }

                _known[queue] = true;
            }

            if ((_version & 1) == 0)
            {
                var passing = new PassingChannel(connection, link);
                await using (passing.ConfigureAwait(false))
                {
                    await DelayTopology.DeclareAsync(new QueueDeclarer(passing, old), link.LostToken).ConfigureAwait(false);
                }

                Interlocked.Increment(ref _version);
            }

            return _version;
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
}
