using Messaging.Calls.Contract;
using Messaging.Testing;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests.Calls;

/// <summary>The shared private broker, without the queues of the test before. Foreign messages come from a bare client.</summary>
internal sealed class RabbitMqCallHarness(PrivateBroker broker) : ICallHarness
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(5);

    private static readonly string[] _queues = ["calc", "calc.commands", "calc.dead", "payments", "messaging.reply.stranger"];

    private IConnection? _connection;
    private IChannel? _channel;

    public static async Task<RabbitMqCallHarness> StartAsync(PrivateBroker broker)
    {
        var harness = new RabbitMqCallHarness(broker);
        await harness.DeleteQueuesAsync();
        return harness;
    }

    public void UseTransport(MessagingBuilder builder) => builder.UseRabbitMq(options => options.Uri = broker.Uri);

    public Task StopBrokerAsync() => broker.StopAppAsync();

    public Task StartBrokerAsync() => broker.StartAppAsync(TestContext.Current.CancellationToken);

    public async Task PublishRawAsync(string queue, InboundMessage message)
    {
        var properties = new BasicProperties();
        Set(message.Type, value => properties.Type = value);
        Set(message.ContentType, value => properties.ContentType = value);
        Set(message.CorrelationId, value => properties.CorrelationId = value);
        Set(message.MessageId, value => properties.MessageId = value);
        Set(message.ReplyTo, value => properties.ReplyTo = value);
        Set(message.Expiration, value => properties.Expiration = value);
        if (message.Headers is { } headers)
        {
            properties.Headers = headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal);
        }

        var channel = await ChannelAsync();
        await channel.BasicPublishAsync(string.Empty, queue, mandatory: true, properties, message.Body, TestContext.Current.CancellationToken);
    }

    public async Task DeclareQueueAsync(string queue) =>
        await (await ChannelAsync()).QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: TestContext.Current.CancellationToken);

    public async Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await ChannelAsync();
        while (true)
        {
            if (await channel.BasicGetAsync(queue, autoAck: true, cancellationToken) is { } got)
            {
                return new InboundMessage
                {
                    Type = got.BasicProperties.Type,
                    ContentType = got.BasicProperties.ContentType,
                    CorrelationId = got.BasicProperties.CorrelationId,
                    MessageId = got.BasicProperties.MessageId,
                    ReplyTo = got.BasicProperties.ReplyTo,
                    Expiration = got.BasicProperties.Expiration,
                    Headers = got.BasicProperties.Headers?.ToDictionary(StringComparer.Ordinal),
                    Redelivered = got.Redelivered,
                    Body = got.Body,
                };
            }

            await Task.Delay(_pollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DeleteQueuesAsync();
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private static void Set(string? value, Action<string> set)
    {
        if (value is not null)
        {
            set(value);
        }
    }

    private async Task DeleteQueuesAsync()
    {
        var channel = await ChannelAsync();
        foreach (var queue in _queues)
        {
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);
        }
    }

    private async Task<IChannel> ChannelAsync()
    {
        if (_channel is not { IsOpen: true })
        {
            var factory = new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false };
            _connection = await factory.CreateConnectionAsync();
            _channel = await _connection.CreateChannelAsync();
        }

        return _channel;
    }
}
