using Messaging.Transport;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// One subscription to a partition, on a channel of its own. To give the partition up the channel is closed while nothing
/// is in hand: the broker then returns what it may have sent meanwhile to its place before the next consumer gets
/// anything. A mere cancel would let the next one begin while this one still has a message.
/// </summary>
internal sealed class PartitionConsumer : LinkConsumer
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LinkLifetime _link;
    private readonly int _partition;
    private readonly IWorkerSink _sink;
    private int _inHand;
    private bool _leaving;
    private volatile bool _closing;

    private PartitionConsumer(IChannel channel, LinkLifetime link, string queue, int partition, IWorkerSink sink)
        : base(channel, link, queue)
    {
        _link = link;
        _partition = partition;
        _sink = sink;
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            if (!_closing)
            {
                link.Lose(ShutdownReasons.Explain($"channel for the partition '{queue}'", reason));
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>When the broker first gave it a message, by the system's clock; null while it may be in waiting.</summary>
    public long? ActiveSince { get; private set; }

    /// <summary>Subscribes. Behind all who did so before: the first has the partition until it leaves.</summary>
    public static async Task<PartitionConsumer> OpenAsync(
        LinkLifetime link, BrokerConnection connection, string queue, int partition, IWorkerSink sink, CancellationToken cancellationToken)
    {
        var channel = await link.OpenPassingChannelAsync(connection, cancellationToken).ConfigureAwait(false);
        var consumer = new PartitionConsumer(channel, link, queue, partition, sink);
        try
        {
            await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 1, global: false, cancellationToken).ConfigureAwait(false);
            await consumer.StartAsync(autoAck: false, cancellationToken).ConfigureAwait(false);
            return consumer;
        }
        catch
        {
            await consumer.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_leaving)
            {
                // It goes back to its place with the channel.
                return Task.CompletedTask;
            }

            _inHand++;
            ActiveSince ??= TimeProvider.System.GetTimestamp();
        }

        _sink.OnDelivery(QueueKind.OrderedCommands, AmqpMessages.Read(properties, redelivered, deliveryTag, body) with { Partition = _partition });
        return Task.CompletedTask;
    }

    /// <summary>What was delivered has been settled, and the broker told so.</summary>
    public void Settled()
    {
        lock (_lock)
        {
            _inHand--;
            SignalIdle();
        }
    }

    /// <summary>Takes nothing more from now on, and closes when what is in hand has been settled, or the link is lost.</summary>
    public async Task LeaveAsync()
    {
        lock (_lock)
        {
            _leaving = true;
            ActiveSince = null;
            SignalIdle();
        }

        await Task.WhenAny(_idle.Task, _link.Lost).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the channel, whatever is in hand.</summary>
    public async Task CloseAsync()
    {
        _closing = true;
        if (Channel.IsOpen)
        {
            await Channel.CloseAsync(Constants.ReplySuccess, "Goodbye", abort: true, CancellationToken.None)
                .WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether nothing is in hand.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _inHand == 0;
            }
        }
    }

    private void SignalIdle()
    {
        if (_leaving && _inHand == 0)
        {
            _idle.TrySetResult();
        }
    }
}
