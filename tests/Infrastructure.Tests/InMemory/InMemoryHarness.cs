using Messaging.Transport;
using Messaging.Transport.Contract;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.InMemory;

/// <summary>An in-memory broker on a clock and a memory pool that the test owns.</summary>
internal sealed class InMemoryHarness : ITransportHarness
{
    public InMemoryHarness()
    {
        Broker = new InMemoryBroker(Time, Pool);
        Transport = new InMemoryTransport(Broker);
    }

    public FakeTimeProvider Time { get; } = new();

    public CheckingPool Pool { get; } = new();

    public InMemoryBroker Broker { get; }

    public BrokerFaults Faults => Broker.Faults;

    public ITransport Transport { get; }

    public Task RestartBrokerAsync()
    {
        Faults.Stop();
        Faults.Start();
        return Task.CompletedTask;
    }

    public Task PublishRawAsync(string queue, InboundMessage message)
    {
        Assert.True(Faults.RawPublish(queue, message));
        return Task.CompletedTask;
    }

    public Task BroadcastRawAsync(string key, InboundMessage message)
    {
        Faults.RawBroadcast(key, message);
        return Task.CompletedTask;
    }

    public Task DeleteQueueAsync(string queue)
    {
        Assert.True(Faults.DeleteQueue(queue));
        return Task.CompletedTask;
    }

    public Task LimitQueueAsync(string queue, int? messages)
    {
        Faults.LimitQueue(queue, messages);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<InboundMessage>> TakeAsync(string queue, int count, CancellationToken cancellationToken)
    {
        // In memory a dead letter is there when the settling that caused it returns.
        var messages = Faults.Take(queue);
        Assert.Equal(count, messages.Count);
        return Task.FromResult(messages);
    }

    public Task PassTimeAsync(TimeSpan duration)
    {
        Time.Advance(duration);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        Broker.Dispose();
        Pool.AssertAllReturned();
    }
}
