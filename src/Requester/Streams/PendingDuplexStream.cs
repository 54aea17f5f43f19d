using System.Diagnostics.CodeAnalysis;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Streaming;
using Messaging.Transport;

namespace Messaging.Streams;

/// <summary>A stream that sends items of its own, from when a worker has taken it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing once it is cancelled.")]
internal sealed class PendingDuplexStream<TItem, TReply>(
    Requester requester, CallPolicy<TItem, TReply> policy, IAsyncEnumerable<TItem> items, in CallClock clock, CallExtras? extras)
    : PendingStream<TItem, TReply>(requester, policy, request: default!, clock, extras)
{
    private readonly CancellationTokenSource _ended = new();

    // The request says only that somebody wants to send items.
    public override string? Encode(ref PooledBuffer body) => null;

    protected override void OnOpened(StreamFlow flow, in InboundMessage opening)
    {
        flow.Credit.Grant(StreamHeaders.ReadWindow(opening.Headers));
        _ = SendAsync(flow);
    }

    protected override void OnEnded()
    {
        base.OnEnded();

        // Not here: this may be the transport's thread, and what is registered on the token is the caller's code.
        ThreadPool.UnsafeQueueUserWorkItem(static stream => stream.StopItems(), this, preferLocal: false);
    }

    private void StopItems()
    {
        try
        {
            _ended.Cancel();
        }
        catch (AggregateException exception)
        {
            // Nobody is there to whom it could be thrown, and on a thread of the pool it would end the process.
            StreamLog.ItemsNotStopped(Requester.Logger, exception, Operation.FullName);
        }
    }

    private async Task SendAsync(StreamFlow flow)
    {
        // The caller's code makes the items: never on the transport's thread.
        await System.Threading.Tasks.Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await flow.SendAllAsync(items, Policy.RequestCodec, Policy.ItemNames, Requester.MaxMessageBytes, beforeFirst: null, () => Policy.Compression, _ended.Token).ConfigureAwait(false);
            flow.Post(StreamNames.End, StreamSequence.Of(flow.Credit.SentItems));
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The stream ended before its items did.
        }
        catch (Exception exception) when (exception is PayloadTooLargeException or UnfitPayloadException)
        {
            FailAndStop(EncodingFailures.ToRpcException(exception, Operation, CorrelationId));
        }
        catch (Exception exception)
        {
            // The caller's own code threw: that is the stream's end, and what the caller gets.
            FailAndStop(exception);
        }
    }

    private void FailAndStop(Exception exception)
    {
        if (Fail(exception))
        {
            Abandon();
        }
    }
}
