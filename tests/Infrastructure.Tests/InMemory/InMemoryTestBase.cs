using System.Text;
using Messaging.Transport;
using Messaging.Transport.Contract;

namespace Messaging.InMemory;

/// <summary>What tests of the in-memory broker alone share: a broker on a fake clock, and a service named orders.</summary>
public abstract class InMemoryTestBase : IAsyncDisposable
{
    protected const string Service = "orders";
    protected const string Commands = "orders.commands";
    protected const string DeadLetters = "orders.dead";

    private protected InMemoryHarness Harness { get; } = new();

    private protected BrokerFaults Faults => Harness.Faults;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static WorkerSubscription Subscription { get; } = new()
    {
        Service = Service,
        Commands = true,
        CallPrefetch = 10,
        CommandPrefetch = 10,
        CallQueueExpiry = TimeSpan.FromMinutes(1),
        CommandDeliveryLimit = 3,
    };

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Harness.DisposeAsync();
    }

    protected async Task<(IWorkerLink Link, RecordingWorkerSink Sink)> OpenWorkerAsync(ushort prefetch = 10)
    {
        var sink = new RecordingWorkerSink();
        var subscription = Subscription with { CallPrefetch = prefetch, CommandPrefetch = prefetch };
        return (await Harness.Transport.OpenWorkerAsync(subscription, sink, Cancellation), sink);
    }

    protected async Task<(IRequesterLink Link, RecordingRequesterSink Sink)> OpenRequesterAsync()
    {
        var sink = new RecordingRequesterSink();
        return (await Harness.Transport.OpenRequesterAsync(sink, Cancellation), sink);
    }

    protected async Task DeclareAsync()
    {
        var (worker, _) = await OpenWorkerAsync();
        await worker.DisposeAsync();
    }

    protected static OutboundMessage Call(string id, string? replyTo = null) => new()
    {
        Queue = Service,
        Type = "Quote",
        CorrelationId = id,
        ReplyTo = replyTo,
        Body = Encoding.UTF8.GetBytes(id),
    };

    protected static OutboundMessage Command(string id) => Call(id) with { Queue = Commands, MessageId = id, Type = "Ship" };

    protected static IEnumerable<string?> Ids(IEnumerable<Received> received) => received.Select(static each => each.CorrelationId);

    protected IEnumerable<string?> WaitingIds(string queue) => Faults.Peek(queue).Select(static message => message.CorrelationId);

    protected static async Task AssertFailsAsync(TransportFailure failure, Func<ValueTask> action)
    {
        var exception = await Assert.ThrowsAsync<TransportException>(async () => await action());
        Assert.Equal(failure, exception.Failure);
    }
}
