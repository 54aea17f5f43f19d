using System.Text.Json.Serialization;
using Messaging.RabbitMq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.RoundTrip.Systems;

/// <summary>The service that is called.</summary>
[Service("roundtrip.echo")]
public interface IEcho
{
    /// <summary>Answers with what it was sent.</summary>
    Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default);
}

/// <summary>This repository's library as a user would set it up: a typed contract, JSON, every guarantee on. Two hosts, so two pairs of connections.</summary>
/// <param name="directReplyTo">Replies come over amq.rabbitmq.reply-to instead of an exclusive queue.</param>
internal sealed partial class MessagingSystem(bool directReplyTo) : IRoundTripSystem
{
    public const string Name = "messaging";
    public const string DirectReplyToName = "messaging-direct";

    private const int WorkerConcurrency = 256;

    private IHost? _workerHost;
    private IHost? _requesterHost;
    private IEcho? _echo;
    private EchoRequest _request = new("");

    public Task StartWorkerAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _workerHost = CreateHost(setup.Broker, messaging => messaging.AddWorker<IEcho, Echo>(worker =>
        {
            worker.Concurrency = WorkerConcurrency;
            UseQueue(worker, setup.Queue);
        }));
        return _workerHost.StartAsync(cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _request = new EchoRequest(new string('x', setup.PayloadBytes));
        _requesterHost = CreateHost(setup.Broker, messaging => messaging.AddRequester<IEcho>(requester => UseQueue(requester, setup.Queue)));
        await _requesterHost.StartAsync(cancellationToken);
        _echo = _requesterHost.Services.GetRequiredService<IEcho>();
    }

    public async Task CallAsync()
    {
        var reply = await _echo!.EchoAsync(_request);
        if (!string.Equals(reply.Payload, _request.Payload, StringComparison.Ordinal))
        {
            throw new InvalidDataException("The reply's payload is not the request's.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in new[] { _requesterHost, _workerHost })
        {
            if (host is not null)
            {
                await host.StopAsync();
                host.Dispose();
            }
        }
    }

    private static void UseQueue(WorkerOptions worker, QueueKind queue) =>
        worker.CallQueue = queue == QueueKind.Quorum ? CallQueueType.Quorum : CallQueueType.Classic;

    private static void UseQueue(RequesterOptions requester, QueueKind queue) => requester.ConfirmCalls = queue == QueueKind.Quorum;

    private IHost CreateHost(Uri broker, Action<MessagingBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.AddSimpleConsole();
        builder.Logging.AddFilter(level => level >= LogLevel.Error);
        add(builder.Services.AddMessaging().UseRabbitMq(options => Configure(options, broker)).UseJson(EchoJson.Default));
        return builder.Build();
    }

    private void Configure(RabbitMqOptions options, Uri broker)
    {
        options.Uri = broker;
        options.ReplyPath = directReplyTo ? RabbitMqReplyPath.DirectReplyTo : RabbitMqReplyPath.ExclusiveQueue;
    }

    private sealed class Echo : IEcho
    {
        public Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default) => Task.FromResult(new EchoReply(request.Payload));
    }

    [JsonSerializable(typeof(EchoRequest))]
    [JsonSerializable(typeof(EchoReply))]
    private sealed partial class EchoJson : JsonSerializerContext;
}
