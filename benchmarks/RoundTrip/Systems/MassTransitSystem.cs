using System.Globalization;
using System.Runtime.CompilerServices;
using MassTransit;

namespace Messaging.RoundTrip.Systems;

/// <summary>MassTransit's request client with its own defaults (publisher confirms, durable messages) and room for all callers.</summary>
/// <param name="tuned">Without confirms and with transient messages, as the yardstick sends them: less safe than its users get.</param>
internal sealed class MassTransitSystem(bool tuned) : IRoundTripSystem
{
    public const string Name = "masstransit";
    public const string TunedName = "masstransit-tuned";
    public const ushort ReplyPrefetch = 512;

    private IBusControl? _workerBus;
    private IBusControl? _requesterBus;
    private IRequestClient<EchoRequest>? _client;
    private EchoRequest _request = new();

    public async Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
        {
            ConfigureHost(configurator, setup.Broker, "worker");
            configurator.ReceiveEndpoint(RequestQueue(setup.Queue), endpoint =>
            {
                ConfigureQueue(endpoint, setup.Queue);
                endpoint.PrefetchCount = setup.Prefetch;
                endpoint.ConcurrentMessageLimit = setup.Concurrency;
                // The exchange of the message type would stay behind on the broker; requests name the queue.
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Consumer(() => new EchoConsumer(work));
            });
        });
        _workerBus = bus;
        await bus.StartAsync(cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _request = new EchoRequest { Payload = new string('x', setup.PayloadBytes) };
        _requesterBus = Bus.Factory.CreateUsingRabbitMq(configurator =>
        {
            ConfigureHost(configurator, setup.Broker, "requester");
            configurator.PrefetchCount = ReplyPrefetch;
        });
        await _requesterBus.StartAsync(cancellationToken);
        _client = _requesterBus.CreateRequestClient<EchoRequest>(RequestAddress(setup.Queue), RequestTimeout.After(s: 30));
    }

    // Pooled, as this method is the benchmark's and not the library's: it must not count as an allocation of every call.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync()
    {
        var reply = await _client!.GetResponse<EchoReply>(_request);
        if (!string.Equals(reply.Message.Payload, _request.Payload, StringComparison.Ordinal))
        {
            throw new InvalidDataException("The reply's payload is not the request's.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bus in new[] { _requesterBus, _workerBus })
        {
            if (bus is not null)
            {
                await bus.StopAsync();
            }
        }
    }

    private static string RequestQueue(QueueKind kind) => kind == QueueKind.Quorum ? "roundtrip.masstransit.quorum" : "roundtrip.masstransit";

    // The address repeats how the endpoint's exchange was declared.
    private static Uri RequestAddress(QueueKind kind) =>
        new(kind == QueueKind.Quorum ? $"exchange:{RequestQueue(kind)}" : $"exchange:{RequestQueue(kind)}?autodelete=true");

    private static void ConfigureQueue(IRabbitMqReceiveEndpointConfigurator endpoint, QueueKind kind)
    {
        endpoint.Durable = true;
        if (kind == QueueKind.Classic)
        {
            endpoint.AutoDelete = true;
            return;
        }

        endpoint.SetQuorumQueue();
        endpoint.QueueExpiration = TimeSpan.FromMinutes(1);
        endpoint.SetQueueArgument("x-delivery-limit", 5);
    }

    private void ConfigureHost(IRabbitMqBusFactoryConfigurator configurator, Uri broker, string role)
    {
        configurator.Host(broker, string.Create(CultureInfo.InvariantCulture, $"roundtrip {Name} {role}"), host =>
        {
            if (tuned)
            {
                host.PublisherConfirmation = false;
            }
        });
        if (tuned)
        {
            configurator.ConfigureSend(send => send.UseExecute(context => context.Durable = false));
        }
    }

    private sealed class EchoConsumer(HandlerWork work) : IConsumer<EchoRequest>
    {
        public async Task Consume(ConsumeContext<EchoRequest> context)
        {
            await work.RunAsync();
            await context.RespondAsync(new EchoReply { Payload = context.Message.Payload });
        }
    }
}
