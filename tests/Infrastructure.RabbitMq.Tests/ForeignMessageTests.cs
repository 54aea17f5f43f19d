using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests;

public sealed class ForeignMessageTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task A_message_without_any_property_arrives()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var bare = await Bare.ConnectAsync(Broker.Uri);

        await bare.Channel.BasicPublishAsync(string.Empty, Service, ReadOnlyMemory<byte>.Empty, Token);
        var message = (await work.Deliveries.NextAsync()).Message;

        Assert.Null(message.Type);
        Assert.Null(message.ContentType);
        Assert.Null(message.CorrelationId);
        Assert.Null(message.MessageId);
        Assert.Null(message.ReplyTo);
        Assert.Null(message.Expiration);
        Assert.Null(message.UserId);
        Assert.Null(message.Headers);
        Assert.True(message.Body.IsEmpty);
    }

    [Fact]
    public async Task Headers_of_every_type_arrive_as_they_are()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        object? nested = "end";
        for (var depth = 0; depth < 100; depth++)
        {
            nested = new Dictionary<string, object?> { ["deeper"] = nested };
        }

        var properties = new BasicProperties
        {
            Headers = new Dictionary<string, object?>
            {
                ["null"] = null,
                ["string"] = "text",
                ["bytes"] = new byte[] { 0, 255 },
                ["bool"] = true,
                ["byte"] = (byte)1,
                ["short"] = (short)-2,
                ["int"] = -3,
                ["long"] = -4L,
                ["float"] = 1.5f,
                ["double"] = 2.5d,
                ["decimal"] = 3.5m,
                ["time"] = new AmqpTimestamp(1_000),
                ["list"] = new List<object?> { 1, "two", null },
                ["table"] = nested,
                ["timeout-ms"] = new Dictionary<string, object?> { ["not"] = "a number" },
                [string.Empty] = "no name",
            },
            Timestamp = new AmqpTimestamp(long.MaxValue),
            Priority = 255,
            AppId = "someone",
            ContentEncoding = "gzip",
            ReplyTo = "orders",
            Type = "\u0000\uFFFD",
        };
        await bare.Channel.BasicPublishAsync(string.Empty, Service, mandatory: true, properties, "body"u8.ToArray(), Token);
        var message = (await work.Deliveries.NextAsync()).Message;

        Assert.Equal("text"u8.ToArray(), message.Headers!["string"]);
        Assert.Equal(-4L, message.Headers["long"]);
        Assert.IsType<Dictionary<string, object?>>(message.Headers["timeout-ms"], exactMatch: false);
        Assert.Equal("gzip", message.Headers["content-encoding"]);
        Assert.Equal(properties.Headers.Count + 1, message.Headers.Count);
        Assert.Equal("orders", message.ReplyTo);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_copy_leaves_out_what_the_broker_would_take_only_from_the_stranger()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        var copy = new OutboundMessage { Queue = Service, Type = null, ReplyTo = ReplyAddress.OfCopy("amq.rabbitmq.reply-to"), UserId = "somebody else" };

        await worker.PublishConfirmedAsync(copy);
        var other = (await work.Deliveries.NextAsync()).Message;
        await worker.PublishConfirmedAsync(copy with { UserId = "guest", ReplyTo = "amq.rabbitmq.reply-to.somewhere" });
        var own = (await work.Deliveries.NextAsync()).Message;

        Assert.Equal((null, null, null), (other.Type, other.UserId, other.ReplyTo));
        Assert.Equal(("guest", "amq.rabbitmq.reply-to.somewhere"), (own.UserId, own.ReplyTo));
        Assert.False(worker.Lost.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Headers_that_fit_no_frame_are_refused_here_however_they_are_nested(bool table)
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        var inside = new List<object?>();
        for (var item = 0; item < 20_000; item++)
        {
            inside.Add("some text"u8.ToArray());
        }

        object nested = table ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["inside"] = inside } : inside;
        var failure = await Assert.ThrowsAsync<TransportException>(async () => await worker.PublishConfirmedAsync(new OutboundMessage
        {
            Queue = Service,
            Type = "Quote",
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["nested"] = nested },
        }));

        Assert.Equal(TransportFailure.TooLarge, failure.Failure);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_foreign_reply_and_a_foreign_cancel_without_correlation_do_no_harm()
    {
        var work = new WorkerSink();
        var answers = new RequesterSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var requester = await OpenRequesterAsync(answers);
        await using var bare = await Bare.ConnectAsync(Broker.Uri);

        await bare.Channel.BasicPublishAsync("amq.direct", Service + ".cancel", "noise"u8.ToArray(), Token);
        await bare.Channel.BasicPublishAsync(string.Empty, requester.ReplyTo, "noise"u8.ToArray(), Token);
        await requester.PublishCancelAsync(Service, "call-1");

        Assert.Null((await answers.Replies.NextAsync()).Message.CorrelationId);
        Assert.Equal("call-1", await work.Cancelled.NextAsync());
        Assert.False(worker.Lost.IsCompleted);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_body_over_our_own_limit_still_arrives_to_be_answered()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var bare = await Bare.ConnectAsync(Broker.Uri);

        await bare.Channel.BasicPublishAsync(string.Empty, Service, new byte[100 * 1024 * 1024], Token);
        var request = await work.Deliveries.NextAsync();
        await worker.AckAsync(request.Tag);

        Assert.Equal(100 * 1024 * 1024, request.Body.Length);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_hand_written_consumer_answers_our_requests()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeclareAsync(Service, durable: true, exclusive: false, autoDelete: true, cancellationToken: Token);
        var consumer = new global::RabbitMQ.Client.Events.AsyncEventingBasicConsumer(bare.Channel);
        consumer.ReceivedAsync += async (_, request) =>
        {
            var properties = new BasicProperties { CorrelationId = request.BasicProperties.CorrelationId, Type = "reply" };
            await bare.Channel.BasicPublishAsync(string.Empty, request.BasicProperties.ReplyTo!, mandatory: false, properties, request.Body);
        };
        await bare.Channel.BasicConsumeAsync(Service, autoAck: true, string.Empty, noLocal: false, exclusive: false, arguments: null, consumer, Token);
        var answers = new RequesterSink();
        await using var requester = await OpenRequesterAsync(answers);

        await requester.PublishAsync(Request(requester, "call-1", "echo"u8.ToArray()));
        var reply = await answers.Replies.NextAsync();

        Assert.Equal("call-1", reply.Message.CorrelationId);
        Assert.Equal("echo"u8.ToArray(), reply.Body);
    }
}
