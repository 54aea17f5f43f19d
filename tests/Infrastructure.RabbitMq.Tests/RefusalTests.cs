using System.Net;
using System.Net.Sockets;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests;

public sealed class RefusalTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task A_queue_with_other_arguments_is_named_with_both_values_and_left_as_it_is()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeclareAsync(
            Service, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-expires"] = 12_345 }, cancellationToken: Token);
        await bare.Channel.BasicPublishAsync(string.Empty, Service, "kept"u8.ToArray(), Token);

        var failure = await FailsAsync(TransportFailure.Misconfigured, () => OpenWorkerAsync(new WorkerSink()).AsTask());

        Assert.Equal(
            $"Opening a worker of '{Service}': the queue '{Service}' in the virtual host '/' exists with other arguments: x-expires is 12345 there and 60000 here. " +
            $"Nothing was changed. Either set the worker's CallQueueExpiry to what the broker has, or delete the queue once it is empty (rabbitmqctl delete_queue {Service} --if-empty) and start again.",
            failure.Message);
        Assert.Equal("kept"u8.ToArray(), (await bare.Channel.BasicGetAsync(Service, autoAck: true, Token))!.Body.ToArray());
    }

    [Fact]
    public async Task A_queue_that_lacks_an_argument_or_is_not_durable_is_told_in_words()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeclareAsync(Service, durable: false, exclusive: false, autoDelete: false, cancellationToken: Token);
        await bare.Channel.QueueDeclareAsync(WireNames.CommandsQueue(Service + "-c"), durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);

        var calls = await FailsAsync(TransportFailure.Misconfigured, () => OpenWorkerAsync(new WorkerSink()).AsTask());
        var commands = await FailsAsync(
            TransportFailure.Misconfigured,
            () => OpenWorkerAsync(new WorkerSink(), subscription => subscription with { Service = Service + "-c", Commands = true }).AsTask());

        Assert.Contains("durable is false there and true here", calls.Message, StringComparison.Ordinal);
        Assert.Contains(WireNames.CommandsQueue(Service + "-c"), commands.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QueueKind.Calls)]
    [InlineData(QueueKind.Commands)]
    public async Task Where_one_queue_is_refused_a_link_that_may_be_partial_serves_the_other(QueueKind refused)
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var commands = WireNames.CommandsQueue(Service);
        var (clashing, other) = refused == QueueKind.Calls ? (Service, commands) : (commands, Service);
        await bare.Channel.QueueDeclareAsync(clashing, durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        var work = new WorkerSink();

        var all = await FailsAsync(TransportFailure.Misconfigured, () => OpenWorkerAsync(work, subscription => subscription with { Commands = true }).AsTask());
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true, AllowPartial = true });
        await bare.Channel.BasicPublishAsync(string.Empty, other, "served"u8.ToArray(), Token);
        var served = await work.Deliveries.NextAsync();
        await worker.AckAsync(served.Tag);

        Assert.Equal("served"u8.ToArray(), served.Body);
        Assert.Equal((refused, TransportFailure.Misconfigured), (worker.Unserved!.Queue, worker.Unserved.Failure.Failure));
        Assert.Contains($"'{clashing}'", worker.Unserved.Failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{clashing}'", all.Message, StringComparison.Ordinal);
        await worker.StopConsumingAsync();
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_wrong_password_is_denied_and_not_shown()
    {
        var transport = OpenTransport(options => options.Password = "wrong-password");

        var failure = await FailsAsync(TransportFailure.Denied, () => transport.OpenRequesterAsync(new RequesterSink(), Token).AsTask());

        Assert.Contains("'guest'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_host_that_is_missing_or_closed_to_the_user_is_told_apart()
    {
        var user = await AddUserAsync(null, null, null);
        var missing = OpenTransport(options => options.VirtualHost = "nowhere");
        var closed = OpenTransport(options => options.Uri = Broker.UriFor(user, user));

        var nowhere = await FailsAsync(TransportFailure.Misconfigured, () => missing.OpenRequesterAsync(new RequesterSink(), Token).AsTask());
        var denied = await FailsAsync(TransportFailure.Denied, () => closed.OpenRequesterAsync(new RequesterSink(), Token).AsTask());

        Assert.Contains("nowhere", nowhere.Message, StringComparison.Ordinal);
        Assert.Contains(user, denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_may_not_declare_its_queue_is_denied_and_its_neighbours_live()
    {
        var user = await AddUserAsync("^messaging\\..*", ".*", ".*");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));
        await using var requester = await transport.OpenRequesterAsync(new RequesterSink(), Token);

        var failure = await FailsAsync(TransportFailure.Denied, () => transport.OpenWorkerAsync(Subscription(), new WorkerSink(), Token).AsTask());

        Assert.Contains(Service, failure.Message, StringComparison.Ordinal);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_requester_that_may_not_publish_is_denied_when_it_opens()
    {
        var user = await AddUserAsync(".*", "^messaging\\..*", ".*");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));

        var failure = await FailsAsync(TransportFailure.Denied, () => transport.OpenRequesterAsync(new RequesterSink(), Token).AsTask());

        Assert.Contains("amq.default", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requester_that_may_not_send_cancel_messages_warns_once_and_lives()
    {
        var user = await AddUserAsync(".*", "^(amq\\.default|messaging\\..*)$", ".*");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));
        var answers = new RequesterSink();
        await using var requester = await transport.OpenRequesterAsync(answers, Token);

        for (var i = 0; i < 5; i++)
        {
            await requester.PublishCancelAsync(Service, "call");
            await requester.PublishAsync(Request(requester, $"call-{i}"));
            await answers.Returned.NextAsync();
        }

        Assert.False(requester.Lost.IsCompleted);
        Assert.Contains("amq.direct", Assert.Single(Log.AtLeast(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_given_up_and_the_others_are_tried()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var silentPort = ((IPEndPoint)silent.LocalEndpoint).Port;
        var alone = OpenTransport(options =>
        {
            options.Uri = new Uri($"amqp://127.0.0.1:{silentPort}");
            options.Endpoints.Add("127.0.0.1:1");
            options.ConnectTimeout = TimeSpan.FromMilliseconds(300);
        });
        var several = OpenTransport(options =>
        {
            options.Endpoints.Add($"127.0.0.1:{silentPort}");
            options.Endpoints.Add("127.0.0.1:1");
            options.ConnectTimeout = TimeSpan.FromMilliseconds(2000);
        });

        var failure = await FailsAsync(TransportFailure.NotSent, () => alone.OpenRequesterAsync(new RequesterSink(), Token).AsTask());
        await using var requester = await several.OpenRequesterAsync(new RequesterSink(), Token);

        Assert.Contains($"127.0.0.1:{silentPort}: no answer in 0.3 s", failure.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1: Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_that_is_given_up_ends_as_cancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var transport = OpenTransport(options => options.Uri = new Uri($"amqp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"));
        using var giveUp = new CancellationTokenSource();

        var attempt = transport.OpenRequesterAsync(new RequesterSink(), giveUp.Token).AsTask();
        using var accepted = await silent.AcceptSocketAsync(Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(attempt));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_it_is_sent()
    {
        var transport = OpenTransport(options => options.MaxMessageBytes = 1000);
        var answers = new RequesterSink();
        await using var requester = await transport.OpenRequesterAsync(answers, Token);

        var body = await FailsAsync(TransportFailure.TooLarge, () => requester.PublishAsync(Request(requester, "call-1", new byte[1001])).AsTask());
        var confirmed = Request(requester, "call-2", new byte[1001]) with { MessageId = "1" };
        await FailsAsync(TransportFailure.TooLarge, () => requester.PublishConfirmedAsync(confirmed).AsTask());
        var headers = new Dictionary<string, object?> { ["long"] = new string('x', 200_000) };
        await FailsAsync(TransportFailure.TooLarge, () => requester.PublishAsync(Request(requester, "call-3") with { Headers = headers }).AsTask());
        await FailsAsync(TransportFailure.Misconfigured, () => requester.PublishAsync(Request(requester, "call-4") with { Type = new string('x', 300) }).AsTask());

        Assert.Contains("1001 bytes and the limit is 1000", body.Message, StringComparison.Ordinal);
        await requester.PublishAsync(Request(requester, "call-5", new byte[1000]));
        Assert.Equal("call-5", await answers.Returned.NextAsync());
        await FailsAsync(TransportFailure.Unroutable, () => requester.PublishConfirmedAsync(Request(requester, "call-6") with { MessageId = "2" }).AsTask());
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task Headers_that_just_fit_a_frame_arrive()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        var headers = new Dictionary<string, object?> { ["long"] = new string('é', 63_000) };

        await requester.PublishAsync(Request(requester, "call-1") with { Headers = headers });

        Assert.Equal(126_000, Assert.IsType<byte[]>((await work.Deliveries.NextAsync()).Message.Headers!["long"]).Length);
    }
}
