using Messaging.Calls;
using Messaging.Policies;
using Messaging.Streaming;
using Messaging.Telemetry;

namespace Messaging.Streams;

/// <summary>Reads a stream, whatever opens it.</summary>
internal abstract class StreamReading<TRequest, TItem>(
    Requester requester, CallPolicy<TRequest, TItem> policy, CallOptions? options, CancellationToken caller)
    : IAsyncEnumerable<TItem>
{
    protected Requester Requester => requester;

    protected CallPolicy<TRequest, TItem> Policy => policy;

    private CallOptions? Options => options;

    private CancellationToken Caller => caller;

    public IAsyncEnumerator<TItem> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        CallExtras.Validate(options);
        return new Reader(this, cancellationToken);
    }

    protected abstract PendingStream<TRequest, TItem> Create(in CallClock clock, CallExtras? extras);

    private sealed class Reader(StreamReading<TRequest, TItem> reading, CancellationToken reader) : StreamEnumerator<TItem>
    {
        private PendingStream<TRequest, TItem>? _stream;
        private CancellationTokenSource? _both;

        protected override void Begin()
        {
            // 1. The clock starts, as a call's does.
            var (requester, policy, caller) = (reading.Requester, reading.Policy, reading.Caller);
            var handler = CallContext.Current;
            var clock = CallClock.Start(requester.Time, policy.Timeout, reading.Options, handler);
            _both = caller.CanBeCanceled && reader.CanBeCanceled && caller != reader ? CancellationTokenSource.CreateLinkedTokenSource(caller, reader) : null;
            var ends = _both?.Token ?? (caller.CanBeCanceled ? caller : reader);

            // 2. It is entered and sent as a call is; what comes gathers in its inbox, a window at the most.
            var extras = CallExtras.Create(reading.Options, clock, policy.Timeout, attempt: 1, MessagingTelemetry.StartPending(policy.Operation), handler, ends);
            var stream = reading.Create(clock, extras);
            Volatile.Write(ref _stream, stream);
            stream.AwaitOpening();
            requester.Begin(stream, clock, ends);
        }

        // 3. The reader sets the pace.
        protected override ValueTask<bool> WaitToReadAsync() => _stream!.WaitToReadAsync();

        protected override bool TryRead(out TItem? item) => _stream!.TryRead(out item!);

        // 4. A reader that goes before the end takes the handler with it.
        protected override void Stop() => Volatile.Read(ref _stream)?.LeaveReader();

        protected override void Leave(bool begun)
        {
            Stop();
            _both?.Dispose();
        }
    }
}
