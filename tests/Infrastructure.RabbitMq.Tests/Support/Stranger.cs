using Messaging.Testing;
using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>What a client that knows nothing of this library does at the broker, before and after restarts of it.</summary>
internal sealed class Stranger(PrivateBroker broker) : IAsyncDisposable
{
    private static readonly TimeSpan _oldEnough = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(5);

    private IConnection? _connection;
    private IChannel? _channel;

    public async Task PublishAsync(string queue, InboundMessage message, string exchange = "")
    {
        var properties = new BasicProperties();
        Set(message.Type, value => properties.Type = value);
        Set(message.ContentType, value => properties.ContentType = value);
        Set(message.CorrelationId, value => properties.CorrelationId = value);
        Set(message.MessageId, value => properties.MessageId = value);
        Set(message.ReplyTo, value => properties.ReplyTo = value);
        Set(message.Expiration, value => properties.Expiration = value);
        Set(message.UserId, value => properties.UserId = value);
        if (message.Foreign is { } foreign)
        {
            properties.AppId = foreign.AppId;
            properties.ClusterId = foreign.ClusterId;
            properties.Priority = foreign.Priority ?? 0;
            properties.Timestamp = new AmqpTimestamp(foreign.Timestamp ?? 0);
        }

        if (message.Headers is { } headers)
        {
            var own = headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal);
            if (own.Remove("content-encoding", out var encoding))
            {
                properties.ContentEncoding = (string?)encoding;
            }

            properties.Headers = own;
        }

        var channel = await ChannelAsync();
        await channel.BasicPublishAsync(exchange, queue, mandatory: false, properties, message.Body, TestContext.Current.CancellationToken);

        // Answered behind it, so the message is at the broker when this returns.
        await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 0, global: false, TestContext.Current.CancellationToken);
    }

    public async Task DeclareQueueAsync(string queue) =>
        await (await ChannelAsync()).QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>
    /// Lets queues grow old enough to be deleted: before 4.3 RabbitMQ loses the dead-letter workers of all queues when one is
    /// deleted while its own starts, which is just after it was declared. Nobody but a test is so quick.
    /// </summary>
    public static Task LetQueuesStartAsync(PrivateBroker broker) =>
        broker.Version < new Version(4, 3) ? Task.Delay(_oldEnough, CancellationToken.None) : Task.CompletedTask;

    public async Task DeleteQueueAsync(string queue) => await (await ChannelAsync()).QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);

    /// <summary>Waits for a message and takes it out; for the queue too, which somebody may yet declare.</summary>
    public async Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryGetAsync(queue, cancellationToken) is { } got)
            {
                return new InboundMessage
                {
                    Type = got.BasicProperties.Type,
                    ContentType = got.BasicProperties.ContentType,
                    CorrelationId = got.BasicProperties.CorrelationId,
                    MessageId = got.BasicProperties.MessageId,
                    ReplyTo = got.BasicProperties.ReplyTo,
                    Expiration = got.BasicProperties.Expiration,
                    UserId = got.BasicProperties.UserId,
                    Foreign = new ForeignProperties
                    {
                        AppId = got.BasicProperties.AppId,
                        ClusterId = got.BasicProperties.ClusterId,
                        Priority = got.BasicProperties.IsPriorityPresent() ? got.BasicProperties.Priority : null,
                        Timestamp = got.BasicProperties.IsTimestampPresent() ? got.BasicProperties.Timestamp.UnixTime : null,
                    },
                    Headers = Headers(got.BasicProperties),
                    Redelivered = got.Redelivered,
                    Body = got.Body,
                };
            }

            await Task.Delay(_pollInterval, cancellationToken);
        }
    }

    private async Task<BasicGetResult?> TryGetAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            return await (await ChannelAsync()).BasicGetAsync(queue, autoAck: true, cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound or Constants.InternalError })
        {
            // It is not there, or is being declared this moment, to which RabbitMQ has no better answer.
            return null;
        }
    }

    // The encoding is a property of a message of its own; the tests find it as they do in memory.
    private static Dictionary<string, object?>? Headers(IReadOnlyBasicProperties properties)
    {
        var headers = properties.Headers?.ToDictionary(StringComparer.Ordinal);
        if (properties.ContentEncoding is { } encoding)
        {
            Assert.False(headers?.ContainsKey("content-encoding") ?? false);
            (headers ??= new Dictionary<string, object?>(StringComparer.Ordinal))["content-encoding"] = encoding;
        }

        return headers;
    }

    public async ValueTask DisposeAsync()
    {
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

    private async Task<IChannel> ChannelAsync()
    {
        if (_channel is not { IsOpen: true })
        {
            await DisposeAsync();
            var factory = new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false };
            _connection = await factory.CreateConnectionAsync();
            _channel = await _connection.CreateChannelAsync();
        }

        return _channel;
    }
}
