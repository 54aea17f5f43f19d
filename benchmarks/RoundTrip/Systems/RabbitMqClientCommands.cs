using RabbitMQ.Client;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// The yardstick for commands: a publisher written by hand, with pipelined confirms, to a durable quorum queue, and a
/// consumer that acknowledges. Raw bytes. What is measured is the time until the broker's confirm.
/// </summary>
internal sealed class RabbitMqClientCommands : IRoundTripSystem
{
    public const string Name = "rabbitmq-client-commands";

    private const string Queue = "roundtrip.rabbitmq-client.commands";

    private readonly List<IConnection> _connections = [];
    private ConfirmedPublishing? _publishing;
    private byte[] _payload = [];

    public async Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        var channel = await OpenAsync(setup.Broker, "worker", options: null, cancellationToken);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 5 };
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        await channel.BasicQosAsync(prefetchSize: 0, setup.Prefetch, global: false, cancellationToken);
        await channel.BasicConsumeAsync(Queue, autoAck: false, new Consumer(channel, work), cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _payload = new byte[setup.PayloadBytes];
        _publishing = new ConfirmedPublishing(await OpenAsync(setup.Broker, "requester", ConfirmedPublishing.ChannelOptions, cancellationToken), awaited: true);
    }

    public async ValueTask CallAsync()
    {
        var confirm = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var properties = new BasicProperties { Persistent = true, MessageId = Guid.NewGuid().ToString("N") };
        await _publishing!.PublishAsync(Queue, properties, _payload, confirm);
        await confirm.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<IChannel> OpenAsync(Uri broker, string role, CreateChannelOptions? options, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = $"roundtrip {Name} {role}" };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        _connections.Add(connection);
        return await connection.CreateChannelAsync(options, cancellationToken);
    }

    private sealed class Consumer(IChannel channel, HandlerWork work) : AsyncDefaultBasicConsumer(channel)
    {
        public override async Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            await work.RunAsync();
            await Channel.BasicAckAsync(deliveryTag, multiple: false, cancellationToken);
        }
    }
}
