using MassTransit;
using Messaging.Calls.Contract;
using Messaging.Testing;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.MassTransit.Tests.Engine;

/// <summary>Runs the contract's operations on MassTransit, without those that it can't carry.</summary>
internal abstract class EngineHarness : ICallHarness
{
    public virtual void UseTransport(MessagingBuilder builder) =>
        builder.UseMassTransit(static options => options.LeaveOut("calc", "Count", "Total", "Drink", "Echo", "Pour"));

    public abstract Task StopBrokerAsync();

    public abstract Task StartBrokerAsync();

    public Task PublishRawAsync(string queue, InboundMessage message) => throw NotOfMassTransit();

    public Task BroadcastRawAsync(string key, InboundMessage message) => throw NotOfMassTransit();

    public Task DeclareQueueAsync(string queue) => throw NotOfMassTransit();

    public Task RefusePublishesAsync(string queue) => throw NotOfMassTransit();

    public Task TakePublishesAsync() => throw NotOfMassTransit();

    public Task DeleteQueueAsync(string queue) => throw NotOfMassTransit();

    public Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken) => throw NotOfMassTransit();

    public abstract ValueTask DisposeAsync();

    private static NotSupportedException NotOfMassTransit() => new("Messaging's own messages do not travel over MassTransit: name the test among EngineGaps.");
}

/// <summary>One bus that all hosts of a test share, as MassTransit's in-memory transport is the bus's own.</summary>
internal sealed class InMemoryEngineHarness : EngineHarness
{
    private readonly IBusControl _bus = Bus.Factory.CreateUsingInMemory(static _ => { });

    public static async Task<InMemoryEngineHarness> StartAsync()
    {
        var harness = new InMemoryEngineHarness();
        await harness._bus.StartAsync(TestContext.Current.CancellationToken);
        return harness;
    }

    public override void UseTransport(MessagingBuilder builder)
    {
        builder.Services.AddSingleton<IBus>(_bus);
        base.UseTransport(builder);
    }

    public override Task StopBrokerAsync() => throw new NotSupportedException("There is no broker to stop: name the test among EngineGaps.");

    public override Task StartBrokerAsync() => StopBrokerAsync();

    public override async ValueTask DisposeAsync() => await _bus.StopAsync(CancellationToken.None);
}

/// <summary>The shared private broker, without the queues of the test before. A bus for each host.</summary>
internal sealed class RabbitMqEngineHarness(PrivateBroker broker) : EngineHarness
{
    public static async Task<RabbitMqEngineHarness> StartAsync(PrivateBroker broker)
    {
        var left = await broker.RabbitmqctlAsync("list_queues", "name");
        foreach (var queue in left.Split('\n', StringSplitOptions.TrimEntries).Where(static name => name.StartsWith("calc", StringComparison.Ordinal)))
        {
            await broker.RabbitmqctlAsync("delete_queue", queue);
        }

        return new RabbitMqEngineHarness(broker);
    }

    public override void UseTransport(MessagingBuilder builder)
    {
        builder.Services.AddMassTransit(configurator => configurator.UsingRabbitMq((_, factory) => factory.Host(broker.Uri)));
        builder.Services.AddOptions<MassTransitHostOptions>().Configure(static options => options.WaitUntilStarted = true);
        base.UseTransport(builder);
    }

    public override Task StopBrokerAsync() => broker.StopAppAsync();

    public override Task StartBrokerAsync() => broker.StartAppAsync(TestContext.Current.CancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
