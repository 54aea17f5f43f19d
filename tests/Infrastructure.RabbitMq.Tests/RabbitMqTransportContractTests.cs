using Messaging.RabbitMq.Tests.Support;
using Messaging.Testing;
using Messaging.Transport;
using Messaging.Transport.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.RabbitMq.Tests;

public sealed class RabbitMqTransportContractTests(BrokerFixture fixture) : TransportContractTests
{
    protected override Task<ITransportHarness> StartAsync() => Task.FromResult<ITransportHarness>(new Harnessed(fixture.Broker));

    private sealed class Harnessed : ITransportHarness
    {
        // What the broker may take to notice that a time has passed.
        private static readonly TimeSpan _notice = TimeSpan.FromMilliseconds(500);

        private readonly PrivateBroker _broker;
        private readonly ServiceProvider _provider;
        private readonly Stranger _stranger;

        public Harnessed(PrivateBroker broker)
        {
            _broker = broker;
            _stranger = new Stranger(broker);
            var services = new ServiceCollection();
            services.AddMessaging().UseRabbitMq(options => options.Uri = broker.Uri);
            _provider = services.BuildServiceProvider();
        }

        public ITransport Transport => _provider.GetRequiredService<ITransport>();

        public Task RestartBrokerAsync() => _broker.RestartAsync(TestContext.Current.CancellationToken);

        public Task PublishRawAsync(string queue, InboundMessage message) => _stranger.PublishAsync(queue, message);

        public Task BroadcastRawAsync(string key, InboundMessage message) => _stranger.PublishAsync(key, message, "amq.direct");

        public async Task DeleteQueueAsync(string queue)
        {
            await Stranger.LetQueuesStartAsync(_broker);
            await _stranger.DeleteQueueAsync(queue);
        }

        public Task LimitQueueAsync(string queue, int? messages) => messages is { } limit
            ? _broker.LimitQueueAsync(queue, limit)
            : _broker.LiftLimitAsync(queue);

        public async Task<IReadOnlyList<InboundMessage>> TakeAsync(string queue, int count, CancellationToken cancellationToken)
        {
            var taken = new List<InboundMessage>(count);
            while (taken.Count < count)
            {
                taken.Add(await _stranger.TakeAsync(queue, cancellationToken));
            }

            return taken;
        }

        public Task PassTimeAsync(TimeSpan duration) => Task.Delay(duration + _notice, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _provider.DisposeAsync();
            await _stranger.DisposeAsync();
        }
    }
}
