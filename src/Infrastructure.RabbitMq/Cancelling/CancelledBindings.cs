using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Adds and removes the bindings that stand for cancelled commands: a round trip each, so on several channels at a time.
/// They are opened when first needed, and an error closes one of them and not the link.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class CancelledBindings
{
    // More don't make the broker faster, and leave nothing of it to others.
    private const int MaxChannels = 4;

    private readonly BrokerConnection _connection;
    private readonly LinkLifetime _link;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _free = new(MaxChannels, MaxChannels);
    private readonly ConcurrentStack<Lane> _idle = new();

    public CancelledBindings(BrokerConnection connection, LinkLifetime link, TimeProvider time)
    {
        _connection = connection;
        _link = link;
        _time = time;
        link.WhenDisposed(CloseAsync);
    }

    /// <summary>Adds a binding; complete when the broker has said that it is there.</summary>
    /// <exception cref="TransportException">It is not, or it is unknown whether it is.</exception>
    public async Task AddAsync(string service, string messageId)
    {
        var stage = $"Cancelling '{messageId}'";
        var key = CancelledKey.Of(service, messageId);
        try
        {
            await UseAsync(lane => BindAsync(lane, key, again: false), stage).ConfigureAwait(false);
        }
        catch (TransportException e) when (e.Failure == TransportFailure.Unroutable)
        {
            // Somebody deleted the exchange or the queue since this channel declared them.
            await UseAsync(lane => BindAsync(lane, key, again: true), stage).ConfigureAwait(false);
        }
    }

    /// <summary>Removes bindings; complete when none is there any more.</summary>
    /// <exception cref="TransportException">Some may be there.</exception>
    public async Task RemoveAsync(string service, IReadOnlyCollection<string> messageIds)
    {
        var keys = new ConcurrentQueue<string>(messageIds.Select(id => CancelledKey.Of(service, id)));
        var epoch = CancelledTopology.EpochOf(_time.GetUtcNow());
        var removing = new Task[Math.Min(MaxChannels, messageIds.Count)];
        for (var i = 0; i < removing.Length; i++)
        {
            removing[i] = UseAsync(lane => UnbindAsync(lane, epoch, keys), "Forgetting cancelled commands");
        }

        await Task.WhenAll(removing).ConfigureAwait(false);
    }

    private async Task BindAsync(Lane lane, string key, bool again)
    {
        var epoch = CancelledTopology.EpochOf(_time.GetUtcNow());
        if (again || lane.Epoch != epoch || _time.GetElapsedTime(lane.DeclaredAt) > CancelledTopology.DeclaredAgainAfter)
        {
            await CancelledTopology.DeclareExchangeAsync(lane.Channel, _link.LostToken).ConfigureAwait(false);
            await CancelledTopology.DeclareQueueAsync(lane.Channel, epoch, _link.LostToken).ConfigureAwait(false);
            (lane.Epoch, lane.DeclaredAt) = (epoch, _time.GetTimestamp());
        }

        await CancelledTopology.BindAsync(lane.Channel, epoch, key, _link.LostToken).ConfigureAwait(false);
    }

    private async Task UnbindAsync(Lane lane, long epoch, ConcurrentQueue<string> keys)
    {
        while (keys.TryDequeue(out var key))
        {
            await CancelledTopology.UnbindAsync(lane.Channel, epoch, key, _link.LostToken).ConfigureAwait(false);

            // Only the requester knows in which of the two it was bound.
            await CancelledTopology.UnbindAsync(lane.Channel, epoch - 1, key, _link.LostToken).ConfigureAwait(false);
        }
    }

    private async Task UseAsync(Func<Lane, Task> use, string stage)
    {
        Lane? lane = null;
        var entered = false;
        try
        {
            await _free.WaitAsync(_link.LostToken).ConfigureAwait(false);
            entered = true;
            if (!_idle.TryPop(out lane))
            {
                lane = new Lane(await _link.OpenPassingChannelAsync(_connection, _link.LostToken).ConfigureAwait(false));
            }

            await use(lane).ConfigureAwait(false);
            _idle.Push(lane);
            lane = null;
        }
        catch (Exception e)
        {
            throw CancelledFailures.From(e, stage, _link.Loss);
        }
        finally
        {
            await CloseAsync(lane).ConfigureAwait(false);
            if (entered)
            {
                _free.Release();
            }
        }
    }

    private async Task CloseAsync()
    {
        while (_idle.TryPop(out var lane))
        {
            await CloseAsync(lane).ConfigureAwait(false);
        }
    }

    // What failed midway may still be answered: its channel is not used again.
    private static async Task CloseAsync(Lane? lane)
    {
        if (lane is { Channel.IsOpen: true })
        {
            await lane.Channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Lane(IChannel channel)
    {
        public IChannel Channel { get; } = channel;

        /// <summary>The epoch whose queue it has declared.</summary>
        public long Epoch { get; set; } = -1;

        /// <summary>When.</summary>
        public long DeclaredAt { get; set; }
    }
}
