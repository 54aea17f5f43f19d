using Messaging.Calls;
using Messaging.Policies;
using Messaging.Telemetry;

namespace Messaging.Streams;

/// <summary>Reads a stream, whatever opens it.</summary>
internal abstract class StreamReading<TRequest, TItem>(
    Requester requester, CallPolicy<TRequest, TItem> policy, CallOptions? options, CancellationToken caller)
    : IAsyncEnumerable<TItem>
{
    protected Requester Requester => requester;

    protected CallPolicy<TRequest, TItem> Policy => policy;

    public IAsyncEnumerator<TItem> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        CallExtras.Validate(options);
        return ReadAsync(cancellationToken);
    }

    protected abstract PendingStream<TRequest, TItem> Create(in CallClock clock, CallExtras? extras);

    private async IAsyncEnumerator<TItem> ReadAsync(CancellationToken reader)
    {
        // 1. The clock starts, as a call's does.
        var handler = CallContext.Current;
        var clock = CallClock.Start(requester.Time, policy.Timeout, options, handler);
        using var both = caller.CanBeCanceled && reader.CanBeCanceled && caller != reader ? CancellationTokenSource.CreateLinkedTokenSource(caller, reader) : null;
        var ends = both?.Token ?? (caller.CanBeCanceled ? caller : reader);

        // 2. It is entered and sent as a call is; what comes gathers in its inbox, a window at the most.
        var extras = CallExtras.Create(options, timeout: null, attempt: 1, MessagingTelemetry.StartPending(policy.Operation), handler, ends);
        var stream = Create(clock, extras);
        try
        {
            stream.AwaitOpening();
            requester.Begin(stream, clock, ends);

            // 3. The reader sets the pace.
            while (await stream.WaitToReadAsync().ConfigureAwait(false))
            {
                while (stream.TryRead(out var item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            // 4. A reader that goes before the end takes the handler with it.
            stream.LeaveReader();
        }
    }
}
