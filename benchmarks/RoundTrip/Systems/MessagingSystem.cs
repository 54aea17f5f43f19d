using System.Text.Json.Serialization;
using Messaging.RabbitMq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

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

    private IHost? _workerHost;
    private IHost? _requesterHost;
    private IEcho? _echo;
    private EchoRequest _request = new("");

    public Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        _workerHost = CreateHost(setup.Broker, messaging => messaging.AddWorker<IEcho, Echo>(worker =>
        {
            worker.Concurrency = setup.Concurrency;
            worker.CallQueue = setup.Queue == QueueKind.Quorum ? CallQueueType.Quorum : CallQueueType.Classic;
        }).Services.AddSingleton(work));
        return _workerHost.StartAsync(cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _request = new EchoRequest(new string('x', setup.PayloadBytes));
        _requesterHost = CreateHost(setup.Broker, messaging => messaging.AddRequester<IEcho>(
            requester => requester.ConfirmCalls = setup.Queue == QueueKind.Quorum));
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

    private IHost CreateHost(Uri broker, Action<MessagingBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        // Standard output is the report's, or what a worker's process answers on.
        builder.Logging.AddSimpleConsole();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(level => level >= LogLevel.Error);
        add(builder.Services.AddMessaging().UseRabbitMq(options => Configure(options, broker)).UseJson(EchoJson.Default));
        return builder.Build();
    }

    private void Configure(RabbitMqOptions options, Uri broker)
    {
        options.Uri = broker;
        options.ReplyPath = directReplyTo ? RabbitMqReplyPath.DirectReplyTo : RabbitMqReplyPath.ExclusiveQueue;
    }

    private sealed class Echo(HandlerWork work) : IEcho
    {
        public Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default)
        {
            var working = work.RunAsync();
            return working.IsCompletedSuccessfully ? Task.FromResult(new EchoReply(request.Payload)) : AnswerAfterAsync(working, request);
        }

        private static async Task<EchoReply> AnswerAfterAsync(ValueTask working, EchoRequest request)
        {
            await working;
            return new EchoReply(request.Payload);
        }
    }

    [JsonSerializable(typeof(EchoRequest))]
    [JsonSerializable(typeof(EchoReply))]
    private sealed partial class EchoJson : JsonSerializerContext;
}
