using System.Buffers.Text;
using RabbitMQ.Client;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// The yardstick for streams: a message for each item, written by hand. The reader asks for as many more when half of what
/// it asked for has come. Raw bytes, one stream whoever reads it.
/// </summary>
internal sealed class RabbitMqClientStream : IRoundTripSystem
{
    public const string Name = "rabbitmq-client-stream";

    private const string Queue = "roundtrip.rabbitmq-client.stream";
    private const int Window = 1024;

    private readonly List<IConnection> _connections = [];
    private readonly SemaphoreSlim _items = new(0);
    private IChannel? _requests;
    private string _replyTo = "";
    private int _payloadBytes;
    private int _sinceAsked;

    public async Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        var channel = await OpenAsync(setup.Broker, "worker", cancellationToken);
        await channel.QueueDeclareAsync(Queue, durable: false, exclusive: false, autoDelete: true, cancellationToken: cancellationToken);
        await channel.BasicConsumeAsync(Queue, autoAck: true, new Pourer(channel, work, new byte[setup.PayloadBytes]), cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _payloadBytes = setup.PayloadBytes;
        _requests = await OpenAsync(setup.Broker, "requester", cancellationToken);
        var replies = await OpenAsync(setup.Broker, "replies", cancellationToken);
        _replyTo = (await replies.QueueDeclareAsync(cancellationToken: cancellationToken)).QueueName;
        await replies.BasicConsumeAsync(_replyTo, autoAck: true, new Reader(replies, this), cancellationToken);
        await AskAsync(Window);
    }

    public async ValueTask CallAsync()
    {
        await _items.WaitAsync();
        if (Interlocked.Increment(ref _sinceAsked) == Window / 2)
        {
            Interlocked.Add(ref _sinceAsked, -Window / 2);
            await AskAsync(Window / 2);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _items.Dispose();
    }

    private async Task AskAsync(int items)
    {
        var body = new byte[16];
        Utf8Formatter.TryFormat(items, body, out var length);
        await _requests!.BasicPublishAsync("", Queue, mandatory: false, new BasicProperties { ReplyTo = _replyTo }, body.AsMemory(0, length));
    }

    private async Task<IChannel> OpenAsync(Uri broker, string role, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = $"roundtrip {Name} {role}" };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        _connections.Add(connection);
        return await connection.CreateChannelAsync(cancellationToken: cancellationToken);
    }

    private sealed class Pourer(IChannel channel, HandlerWork work, byte[] item) : AsyncDefaultBasicConsumer(channel)
    {
        private readonly BasicProperties _properties = new();

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
            if (!Utf8Parser.TryParse(body.Span, out int count, out _))
            {
                throw new InvalidDataException("The request is no number of items.");
            }

            var replyTo = properties.ReplyTo!;
            for (var sent = 0; sent < count; sent++)
            {
                await work.RunAsync();
                await Channel.BasicPublishAsync("", replyTo, mandatory: false, _properties, item, cancellationToken);
            }
        }
    }

    private sealed class Reader(IChannel channel, RabbitMqClientStream stream) : AsyncDefaultBasicConsumer(channel)
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
            if (body.Length != stream._payloadBytes)
            {
                throw new InvalidDataException("The item's payload is not the request's.");
            }

            stream._items.Release();
            return Task.CompletedTask;
        }
    }
}
