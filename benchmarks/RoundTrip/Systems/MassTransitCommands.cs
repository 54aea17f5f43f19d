using MassTransit;

namespace Messaging.RoundTrip.Systems;

/// <summary>MassTransit's <c>Send</c> to a quorum queue with its own defaults: publisher confirms, durable messages.</summary>
internal sealed class MassTransitCommands : IRoundTripSystem
{
    public const string Name = "masstransit-commands";

    private const string Queue = "roundtrip.masstransit.commands";

    private IBusControl? _bus;
    private ISendEndpoint? _endpoint;
    private EchoRequest _command = new();

    public async Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken)
    {
        _bus = Bus.Factory.CreateUsingRabbitMq(configurator =>
        {
            configurator.Host(setup.Broker, $"roundtrip {Name} worker", static _ => { });
            configurator.ReceiveEndpoint(Queue, endpoint =>
            {
                endpoint.SetQuorumQueue();
                endpoint.PrefetchCount = setup.Prefetch;
                endpoint.ConcurrentMessageLimit = setup.Concurrency;
                endpoint.ConfigureConsumeTopology = false;
                endpoint.Consumer(() => new Consumer(work));
            });
        });
        await _bus.StartAsync(cancellationToken);
    }

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _command = new EchoRequest { Payload = new string('x', setup.PayloadBytes) };
        _bus = Bus.Factory.CreateUsingRabbitMq(configurator => configurator.Host(setup.Broker, $"roundtrip {Name} requester", static _ => { }));
        await _bus.StartAsync(cancellationToken);
        _endpoint = await _bus.GetSendEndpoint(new Uri($"exchange:{Queue}"));
    }

    public async ValueTask CallAsync() => await _endpoint!.Send(_command);

    public async ValueTask DisposeAsync()
    {
        if (_bus is not null)
        {
            await _bus.StopAsync();
        }
    }

    private sealed class Consumer(HandlerWork work) : IConsumer<EchoRequest>
    {
        public async Task Consume(ConsumeContext<EchoRequest> context) => await work.RunAsync();
    }
}
