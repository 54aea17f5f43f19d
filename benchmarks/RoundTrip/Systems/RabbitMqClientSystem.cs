using System.Collections.Concurrent;
using System.Globalization;
using RabbitMQ.Client;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// The yardstick: request/reply written by hand on RabbitMQ.Client, for this one purpose. Raw bytes, no serializer,
/// no deadline, no recovery, no telemetry: the least that a careful developer can write, tuned by measuring.
/// </summary>
/// <param name="directReplyTo">Replies come over amq.rabbitmq.reply-to instead of an exclusive queue.</param>
internal sealed class RabbitMqClientSystem(bool directReplyTo) : IRoundTripSystem
{
    public const string Name = "rabbitmq-client";
    public const string DirectReplyToName = "rabbitmq-client-direct";

    private const string DirectReplyToQueue = "amq.rabbitmq.reply-to";

    private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _pending = new(StringComparer.Ordinal);
    private IConnection? _workerConnection;
    private IConnection? _requesterConnection;
    private IChannel? _requesterChannel;
    private ConfirmedPublishing? _confirmed;
    private string _requestQueue = "";
    private string _replyTo = "";
    private byte[] _payload = [];
    private long _lastCorrelationId;

    public async Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        _workerConnection = await ConnectAsync(setup.Broker, "worker", cancellationToken);
        var channel = await _workerConnection.CreateChannelAsync(cancellationToken: cancellationToken);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-expires"] = 60_000 };
        if (setup.Queue == QueueKind.Quorum)
        {
            arguments["x-queue-type"] = "quorum";
            arguments["x-delivery-limit"] = 5;
        }

        var queue = RequestQueue(setup.Queue);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        await channel.BasicQosAsync(prefetchSize: 0, setup.Prefetch, global: false, cancellationToken);
        await channel.BasicConsumeAsync(queue, autoAck: false, new RabbitMqClientWorker(channel, work), cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _payload = new byte[setup.PayloadBytes];
        Random.Shared.NextBytes(_payload);
        _requestQueue = RequestQueue(setup.Queue);
        _requesterConnection = await ConnectAsync(setup.Broker, "requester", cancellationToken);
        if (setup.Queue == QueueKind.Quorum)
        {
            _requesterChannel = await _requesterConnection.CreateChannelAsync(ConfirmedPublishing.ChannelOptions, cancellationToken);
            _confirmed = new ConfirmedPublishing(_requesterChannel);
        }
        else
        {
            _requesterChannel = await _requesterConnection.CreateChannelAsync(cancellationToken: cancellationToken);
        }

        _replyTo = directReplyTo
            ? DirectReplyToQueue
            : (await _requesterChannel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken)).QueueName;
        await _requesterChannel.BasicConsumeAsync(_replyTo, autoAck: true, new ReplyConsumer(_requesterChannel, _pending), cancellationToken);
    }

    public async ValueTask CallAsync()
    {
        var correlationId = Interlocked.Increment(ref _lastCorrelationId).ToString(CultureInfo.InvariantCulture);
        // Without this option the caller's next call would run on the connection's dispatch loop and stall all other replies.
        var reply = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[correlationId] = reply;
        var properties = new BasicProperties { CorrelationId = correlationId, ReplyTo = _replyTo };
        if (_confirmed is null)
        {
            await _requesterChannel!.BasicPublishAsync("", _requestQueue, mandatory: false, properties, _payload);
        }
        else
        {
            properties.Persistent = true;
            await _confirmed.PublishAsync(_requestQueue, properties, _payload, reply);
        }

        if (!(await reply.Task).AsSpan().SequenceEqual(_payload))
        {
            throw new InvalidDataException("The reply's bytes are not the request's.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_requesterConnection is not null)
        {
            await _requesterConnection.DisposeAsync();
        }

        if (_workerConnection is not null)
        {
            await _workerConnection.DisposeAsync();
        }
    }

    private static string RequestQueue(QueueKind kind) => kind == QueueKind.Quorum ? "roundtrip.rabbitmq-client.quorum" : "roundtrip.rabbitmq-client";

    private static Task<IConnection> ConnectAsync(Uri broker, string role, CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = broker, ClientProvidedName = $"roundtrip {Name} {role}" }.CreateConnectionAsync(cancellationToken);

    private sealed class ReplyConsumer(IChannel channel, ConcurrentDictionary<string, TaskCompletionSource<byte[]>> pending)
        : AsyncDefaultBasicConsumer(channel)
    {
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
            if (pending.TryRemove(properties.CorrelationId!, out var call))
            {
                // The body's memory is the connection's again when this returns.
                call.TrySetResult(body.ToArray());
            }

            return Task.CompletedTask;
        }
    }
}
