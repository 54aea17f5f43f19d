using System.Text;
using Messaging.Wire;

namespace Messaging.Transport.Contract;

/// <summary>
/// What every transport must do, and what the requester and the workers build on. Inherit it, start the broker in
/// <see cref="StartAsync"/>, and every test runs against it.
/// </summary>
public abstract partial class TransportContractTests : IAsyncLifetime
{
    /// <summary>No test of the contract takes as long; one that does waits for something that will not come.</summary>
    private const int TimeoutMs = 60_000;

    /// <summary>Between two looks at what a broker tells nobody of.</summary>
    private const int PollIntervalMs = 10;

    private ITransportHarness? _harness;

    protected ITransportHarness Harness =>
        _harness ?? throw new InvalidOperationException("The harness is there once InitializeAsync has run.");

    /// <summary>A service of this test alone, as tests may share a broker.</summary>
    protected string Service { get; } = "contract-" + Guid.NewGuid().ToString("N");

    protected string Commands => WireNames.CommandsQueue(Service);

    protected string DeadLetters => WireNames.DeadLetterQueue(Service);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _harness = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_harness is not null)
        {
            await _harness.DisposeAsync();
        }
    }

    /// <summary>Starts a broker, or finds one that runs, and connects a transport of its own to it.</summary>
    protected abstract Task<ITransportHarness> StartAsync();

    protected WorkerSubscription Subscription(ushort prefetch = 10) => new()
    {
        Service = Service,
        Calls = true,
        Commands = true,
        CallPrefetch = prefetch,
        CommandPrefetch = prefetch,
        CallQueueExpiry = TimeSpan.FromMinutes(1),
        CommandDeliveryLimit = 3,
    };

    protected async Task<(IWorkerLink Link, RecordingWorkerSink Sink)> OpenWorkerAsync(WorkerSubscription? subscription = null)
    {
        var sink = new RecordingWorkerSink();
        return (await Harness.Transport.OpenWorkerAsync(subscription ?? Subscription(), sink, Cancellation), sink);
    }

    protected async Task<(IRequesterLink Link, RecordingRequesterSink Sink)> OpenRequesterAsync()
    {
        var sink = new RecordingRequesterSink();
        return (await Harness.Transport.OpenRequesterAsync(sink, Cancellation), sink);
    }

    /// <summary>Has the service's queues declared, as by workers that came and went.</summary>
    protected async Task DeclareAsync(WorkerSubscription? subscription = null)
    {
        var (worker, _) = await OpenWorkerAsync(subscription);
        await worker.DisposeAsync();
    }

    protected OutboundMessage Call(string correlationId, string? replyTo = null, string body = "body") => new()
    {
        Queue = Service,
        Type = "Quote",
        ContentType = "text/plain",
        CorrelationId = correlationId,
        ReplyTo = replyTo,
        Body = Encoding.UTF8.GetBytes(body),
    };

    protected OutboundMessage Command(string messageId, string body = "body") => new()
    {
        Queue = Commands,
        Type = "Ship",
        ContentType = "text/plain",
        CorrelationId = messageId,
        MessageId = messageId,
        Persistent = true,
        Body = Encoding.UTF8.GetBytes(body),
    };

    protected static OutboundMessage Reply(Received to, string body = "answer") => new()
    {
        Queue = to.Message.ReplyTo ?? throw new ArgumentException("It asks for no reply.", nameof(to)),
        Type = WireNames.ReplyType,
        ContentType = "text/plain",
        CorrelationId = to.CorrelationId,
        Body = Encoding.UTF8.GetBytes(body),
    };

    protected static string Text(in InboundMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    protected static async Task<TransportException> AssertFailsAsync(TransportFailure failure, Func<ValueTask> action)
    {
        var exception = await Assert.ThrowsAsync<TransportException>(async () => await action());
        Assert.Equal(failure, exception.Failure);
        Assert.NotEmpty(exception.Message);
        return exception;
    }
}
