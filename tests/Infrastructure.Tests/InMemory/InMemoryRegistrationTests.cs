using Messaging.Transport;
using Messaging.Transport.Contract;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.InMemory;

public sealed class InMemoryRegistrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_chooses_no_transport_is_told_how_to()
    {
        var services = new ServiceCollection();
        services.AddMessaging();
        await using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ITransport>);
        Assert.Contains("UseRabbitMq(…)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UseInMemory()", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Messaging:RabbitMq:Uri", failure.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(provider.GetRequiredService<IDeadLetters>);
    }

    [Fact]
    public async Task Who_has_an_address_in_the_configuration_and_chooses_no_transport_is_told_so()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new("Messaging:RabbitMq:Uri", "amqp://somewhere")]).Build());
        services.AddMessaging();
        await using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ITransport>);
        Assert.Contains("Messaging:RabbitMq:Uri", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_transport_replaces_the_missing_one_and_adding_messaging_again_keeps_that()
    {
        var services = new ServiceCollection();
        services.AddMessaging().Services.Replace(ServiceDescriptor.Singleton<ITransport, OtherTransport>());
        services.AddMessaging();
        await using var provider = services.BuildServiceProvider();

        Assert.IsType<OtherTransport>(Assert.Single(provider.GetServices<ITransport>()));
    }

    [Fact]
    public void Two_transports_are_refused_by_name()
    {
        using var broker = new InMemoryBroker();
        var services = new ServiceCollection();
        services.AddMessaging().UseInMemory(broker);

        var failure = Assert.Throws<InvalidOperationException>(() => services.AddMessaging().UseInMemory());

        Assert.Contains("UseInMemory(broker), then UseInMemory()", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ForgetTransport()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transport_beside_one_that_was_registered_by_hand_is_refused()
    {
        var services = new ServiceCollection();
        services.AddMessaging().Services.Replace(ServiceDescriptor.Singleton<ITransport, OtherTransport>());

        Assert.Contains("a registration of ITransport", Assert.Throws<InvalidOperationException>(() => services.AddMessaging().UseInMemory()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_that_was_taken_back_can_be_made_anew()
    {
        using var broker = new InMemoryBroker();
        var services = new ServiceCollection();
        services.AddMessaging().UseInMemory();
        services.AddMessaging().ForgetTransport().UseInMemory(broker);
        await using var provider = services.BuildServiceProvider();

        Assert.IsType<InMemoryTransport>(Assert.Single(provider.GetServices<ITransport>()));
        Assert.Same(broker, provider.GetRequiredService<InMemoryBroker>());
    }

    [Fact]
    public async Task Every_container_has_a_broker_of_its_own()
    {
        await using var first = new ServiceCollection().AddMessaging().UseInMemory().Services.BuildServiceProvider();
        await using var second = new ServiceCollection().AddMessaging().UseInMemory().Services.BuildServiceProvider();

        Assert.NotSame(first.GetRequiredService<InMemoryBroker>(), second.GetRequiredService<InMemoryBroker>());
    }

    [Fact]
    public async Task Containers_that_share_a_broker_reach_each_other_and_close_only_their_own_links()
    {
        using var broker = new InMemoryBroker();
        var first = new ServiceCollection().AddMessaging().UseInMemory(broker).Services.BuildServiceProvider();
        await using var second = new ServiceCollection().AddMessaging().UseInMemory(broker).Services.BuildServiceProvider();
        var sink = new RecordingWorkerSink();
        var requester = await first.GetRequiredService<ITransport>().OpenRequesterAsync(new RecordingRequesterSink(), Cancellation);
        var worker = await second.GetRequiredService<ITransport>().OpenWorkerAsync(
            new WorkerSubscription
            {
                Service = "orders",
                CallPrefetch = 1,
                CommandPrefetch = 1,
                CallQueueExpiry = TimeSpan.FromMinutes(1),
                CommandDeliveryLimit = 1,
            },
            sink,
            Cancellation);

        await requester.PublishAsync(new OutboundMessage { Queue = "orders", Type = "Quote", CorrelationId = "1" });
        Assert.Equal("1", (await sink.NextAsync()).CorrelationId);

        await first.DisposeAsync();
        Assert.True(requester.Lost.IsCompleted);
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task The_containers_clock_is_the_brokers()
    {
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddMessaging().UseInMemory();
        await using var provider = services.BuildServiceProvider();

        Assert.Same(time, provider.GetRequiredService<InMemoryBroker>().Time);
    }

    [Fact]
    public async Task A_disposed_transport_opens_nothing()
    {
        using var broker = new InMemoryBroker();
        var transport = new InMemoryTransport(broker);
        await transport.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await transport.OpenRequesterAsync(new RecordingRequesterSink(), Cancellation));
    }

    private sealed class OtherTransport : ITransport
    {
        public string Name => "other";

        public int MaxMessageBytes => 1;

        public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IWorkerLink> OpenWorkerAsync(
            WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
