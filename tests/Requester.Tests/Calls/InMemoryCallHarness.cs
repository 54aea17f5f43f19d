using Messaging.Calls.Contract;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls;

/// <summary>An in-memory broker of the test's own.</summary>
internal sealed class InMemoryCallHarness : ICallHarness
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(2);

    private readonly Dictionary<string, Queue<InboundMessage>> _taken = new(StringComparer.Ordinal);

    private readonly List<string> _refusing = [];

    public InMemoryBroker Broker { get; } = new();

    public void UseTransport(MessagingBuilder builder) => builder.UseInMemory(Broker);

    public Task StopBrokerAsync()
    {
        Broker.Faults.Stop();
        return Task.CompletedTask;
    }

    public Task StartBrokerAsync()
    {
        Broker.Faults.Start();
        return Task.CompletedTask;
    }

    public Task PublishRawAsync(string queue, InboundMessage message)
    {
        Assert.True(Broker.Faults.RawPublish(queue, message));
        return Task.CompletedTask;
    }

    public Task BroadcastRawAsync(string key, InboundMessage message)
    {
        Broker.Faults.RawBroadcast(key, message);
        return Task.CompletedTask;
    }

    public Task DeclareQueueAsync(string queue)
    {
        Broker.Declare(queue, new QueueArguments());
        return Task.CompletedTask;
    }

    public Task RefusePublishesAsync(string queue)
    {
        _refusing.Add(queue);
        Broker.Faults.LimitQueue(queue, 0);
        return Task.CompletedTask;
    }

    public Task TakePublishesAsync()
    {
        foreach (var queue in _refusing)
        {
            Broker.Faults.LimitQueue(queue, null);
        }

        return Task.CompletedTask;
    }

    public Task DeleteQueueAsync(string queue)
    {
        Broker.Faults.DeleteQueue(queue);
        return Task.CompletedTask;
    }

    public async Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken)
    {
        if (!_taken.TryGetValue(queue, out var waiting))
        {
            _taken[queue] = waiting = new Queue<InboundMessage>();
        }

        while (waiting.Count == 0)
        {
            foreach (var message in Broker.Faults.Take(queue))
            {
                waiting.Enqueue(message);
            }

            await Task.Delay(_pollInterval, cancellationToken);
        }

        return waiting.Dequeue();
    }

    public ValueTask DisposeAsync()
    {
        Broker.Dispose();
        return ValueTask.CompletedTask;
    }
}
