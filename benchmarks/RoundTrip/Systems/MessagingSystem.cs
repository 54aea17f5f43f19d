using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using MassTransit;
using Messaging.InMemory;
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
/// <param name="useTransport">Chooses the broker.</param>
/// <param name="isTraced">Whether traces are sampled and metrics collected meanwhile.</param>
internal sealed partial class MessagingSystem(Action<MessagingBuilder, SystemSetup> useTransport, bool isTraced = false) : IRoundTripSystem
{
    public const string Name = "messaging";
    public const string DirectReplyToName = "messaging-direct";
    public const string InMemoryName = "messaging-inmemory";
    public const string MassTransitName = "messaging-masstransit";
    public const string TracedName = "messaging-traced";

    private readonly SampledTelemetry? _telemetry = isTraced ? SampledTelemetry.Start() : null;

    private IHost? _workerHost;
    private IHost? _requesterHost;
    private IEcho? _echo;
    private EchoRequest _request = new();

    /// <summary>Over RabbitMQ.</summary>
    /// <param name="replyPath">How replies come.</param>
    /// <param name="isTraced">Whether telemetry is on.</param>
    public static Func<IRoundTripSystem> OnRabbitMq(RabbitMqReplyPath replyPath, bool isTraced = false) => () => new MessagingSystem(
        (messaging, setup) => messaging.UseRabbitMq(options =>
        {
            options.Uri = setup.Broker;
            options.ReplyPath = replyPath;
        }),
        isTraced);

    /// <summary>Over one broker inside this process, which all that are made share.</summary>
    public static Func<IRoundTripSystem> InMemory()
    {
        var broker = new InMemoryBroker();
        return () => new MessagingSystem((messaging, _) => messaging.UseInMemory(broker));
    }

    /// <summary>Over a MassTransit bus, as <see cref="MassTransitSystem"/> sets one up.</summary>
    public static Func<IRoundTripSystem> OnMassTransit() => static () => new MessagingSystem(static (messaging, setup) =>
    {
        messaging.Services.AddMassTransit(bus => bus.UsingRabbitMq((_, factory) =>
        {
            factory.Host(setup.Broker);
            factory.PrefetchCount = MassTransitSystem.ReplyPrefetch;
        }));
        messaging.Services.Configure<MassTransitHostOptions>(static options => options.WaitUntilStarted = true);
        messaging.UseMassTransit(options => options.ForWorker("roundtrip.echo", worker =>
        {
            worker.Queue = "roundtrip.messaging.masstransit";
            worker.ConfigureEndpoint(endpoint =>
            {
                endpoint.PrefetchCount = setup.Prefetch;
                if (endpoint is IRabbitMqReceiveEndpointConfigurator { } rabbit)
                {
                    // Gone with the benchmark.
                    rabbit.AutoDelete = true;
                }
            });
        }).ForRequester("roundtrip.echo", static requester => requester.Address = new Uri("exchange:roundtrip.messaging.masstransit?autodelete=true")));
    });

    public Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        _workerHost = CreateHost(setup, messaging => messaging.AddWorker<IEcho, Echo>(worker =>
        {
            worker.Concurrency = setup.Concurrency;
            worker.CallQueue = setup.Queue == QueueKind.Quorum ? CallQueueType.Quorum : CallQueueType.Classic;
        }).Services.AddSingleton(work));
        return _workerHost.StartAsync(cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _request = new EchoRequest { Payload = new string('x', setup.PayloadBytes) };
        _requesterHost = CreateHost(setup, messaging => messaging.AddRequester<IEcho>(
            requester => requester.ConfirmCalls = setup.Queue == QueueKind.Quorum));
        await _requesterHost.StartAsync(cancellationToken);
        _echo = _requesterHost.Services.GetRequiredService<IEcho>();
    }

    // Pooled, as this method is the benchmark's and not the library's: it must not count as an allocation of every call.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync()
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
                await ((IAsyncDisposable)host).DisposeAsync();
            }
        }

        _telemetry?.Dispose();
    }

    private IHost CreateHost(SystemSetup setup, Action<MessagingBuilder> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        // Standard output is the report's, or what a worker's process answers on.
        builder.Logging.AddSimpleConsole();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(level => level >= LogLevel.Error);
        var messaging = builder.Services.AddMessaging().UseJson(EchoJson.Default);
        useTransport(messaging, setup);
        add(messaging);
        return builder.Build();
    }

    private sealed class Echo(HandlerWork work) : IEcho
    {
        public Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default)
        {
            var working = work.RunAsync();
            return working.IsCompletedSuccessfully ? Task.FromResult(new EchoReply { Payload = request.Payload }) : AnswerAfterAsync(working, request);
        }

        private static async Task<EchoReply> AnswerAfterAsync(ValueTask working, EchoRequest request)
        {
            await working;
            return new EchoReply { Payload = request.Payload };
        }
    }

    [JsonSerializable(typeof(EchoRequest))]
    [JsonSerializable(typeof(EchoReply))]
    private sealed partial class EchoJson : JsonSerializerContext;
}
