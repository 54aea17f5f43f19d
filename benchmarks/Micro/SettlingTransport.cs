using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Micro;

/// <summary>
/// A transport that brings one worker what it is given, takes each reply at once and counts what is acknowledged.
/// Anything but a success is refused, so that the failure of calls is not measured in their stead.
/// </summary>
internal sealed class SettlingTransport : ITransport, IWorkerLink
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _settled = new(initialCount: 0);
    private readonly TaskCompletionSource<LinkLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IWorkerSink _sink = null!;
    private int _unsettled;

    public string Name => "settling";

    public int MaxMessageBytes => 16 * 1024 * 1024;

    public Task<LinkLoss> Lost => _lost.Task;

    /// <summary>Brings messages to the worker and waits until it has answered and acknowledged all of them.</summary>
    public void Serve(ReadOnlySpan<InboundMessage> messages)
    {
        Volatile.Write(ref _unsettled, messages.Length);
        foreach (ref readonly var message in messages)
        {
            _sink.OnDelivery(QueueKind.Calls, message);
        }

        if (!_settled.Wait(_patience))
        {
            throw new InvalidOperationException($"{Volatile.Read(ref _unsettled)} of {messages.Length} calls were not answered and acknowledged within {_patience}.");
        }
    }

    public string? ControlAddress => null;

    public ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken)
    {
        _sink = sink;
        return new ValueTask<IWorkerLink>(this);
    }

    public ValueTask ReplyAsync(OutboundMessage reply) => string.Equals(reply.Type, WireNames.ReplyType, StringComparison.Ordinal)
        ? ValueTask.CompletedTask
        : throw new InvalidOperationException($"The worker answered with '{reply.Type}'.");

    public ValueTask AckAsync(DeliveryTag tag)
    {
        if (Interlocked.Decrement(ref _unsettled) == 0)
        {
            _settled.Release();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask StopConsumingAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (_lost.TrySetResult(new LinkLoss("Closed.", Disposed: true)))
        {
            _settled.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RequeueAsync(DeliveryTag tag) => throw new NotSupportedException();

    public ValueTask RejectAsync(DeliveryTag tag) => throw new NotSupportedException();

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => throw new NotSupportedException();

    public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> IsCancelledAsync(string messageId) => ValueTask.FromResult(false);

    public Task ForgetCancelledAsync(IReadOnlyCollection<string> messageIds) => Task.CompletedTask;

    public ValueTask AnnounceAsync(ReadOnlyMemory<byte> announcement) => ValueTask.CompletedTask;

    public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) => throw new NotSupportedException();
}
