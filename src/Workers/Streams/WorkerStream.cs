using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Running;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streams;

/// <summary>One stream that this worker serves.</summary>
internal abstract class WorkerStream : IStreamOwner
{
    private int _ended;

    protected WorkerStream(WorkerCall call, TimeProvider time)
    {
        Call = call;
        Flow = new StreamFlow(this, call.Id.Number, time);
    }

    /// <summary>The request that opened it. Held until the stream has ended.</summary>
    public WorkerCall Call { get; }

    /// <summary>The stream as its requester sees it.</summary>
    public StreamFlow Flow { get; }

    /// <summary>What stops its handler.</summary>
    public RunningCall Running { get; set; } = null!;

    /// <summary>Runs the handler and sends its items. What it throws, the handler or its middleware threw.</summary>
    public abstract Task ServeAsync(CallContext context, IServiceProvider services);

    /// <summary>Tells the requester that this worker has taken the stream, and where it is reached.</summary>
    public void Open()
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.StreamAddress] = Call.Delivery.Link.ControlAddress };
        StreamHeaders.AnnounceBatches(headers);
        WaitHeader.Add(headers, Call.WaitMs);
        AddTo(headers);
        Flow.Post(StreamNames.Open, headers: headers);
    }

    /// <summary>Tells the requester how it ended, where somebody listens.</summary>
    /// <param name="outcome">How.</param>
    /// <param name="trailers">What the handler says besides; null for nothing.</param>
    public void End(WorkerOutcome outcome, Dictionary<string, object?>? trailers)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        var sent = StreamSequence.Of(Flow.Credit.SentItems);
        switch (outcome.Kind)
        {
            case OutcomeKind.Succeeded:
                Flow.Post(StreamNames.End, sent, trailers);
                break;
            case OutcomeKind.Failed:
                var body = Call.ReplyBody?.Written ?? default;
                Flow.Post(body.IsEmpty ? StreamNames.End : _declaredFault, sent, ReplyHeaders.OfFailure(outcome.Head, trailers, Call.Delivery.Link.MaxHeaderBytes), body.Span);
                break;
            case OutcomeKind.GivenBack or OutcomeKind.Requeued:
                Flow.Post(StreamNames.End, sent, ReplyHeaders.OfFailure(_workerStops, trailers, Call.Delivery.Link.MaxHeaderBytes));
                break;
        }
    }

    /// <summary>Sends the handler's headers, where it set any.</summary>
    /// <exception cref="ArgumentException">One has a name that is reserved, empty or too long.</exception>
    protected void SendHeaders(CallContext context)
    {
        if (ReplyHeaders.TakeHeaders(context, Call.Delivery.Link.MaxHeaderBytes) is { } headers)
        {
            Flow.Post(StreamNames.Headers, headers: headers);
        }
    }

    /// <summary>The requester has sent something. On the transport's thread; the body is valid only until this returns.</summary>
    public void OnMessage(string? type, uint number, string? contentType, string? encoding, ReadOnlyMemory<byte> body)
    {
        Flow.Hear();
        switch (type)
        {
            case WireNames.StreamCreditType:
                if (StreamWindow.TryRead(body.Span, out var credit))
                {
                    Flow.Credit.Grant(credit);
                }

                break;
            case WireNames.StreamItemType:
                OnItem(number, contentType, encoding, body);
                break;
            case WireNames.StreamEndType:
                OnItemsEnd(number);
                break;
        }
    }

    public void OnRequesterGone() => Running.Stop(StopReason.CallerCancelled);

    void IStreamOwner.OnSendFailed(TransportException exception)
    {
        // A connection that breaks says so where it is used, a moment before the link is known to be lost.
        var lost = Call.Delivery.Link.IsLost || exception.Failure is TransportFailure.NotSent or TransportFailure.Unknown;
        Running.Stop(lost ? StopReason.LinkLost : StopReason.SendFailed);
    }

    void IStreamOwner.OnSilent(TimeSpan silence) => Running.Stop(StopReason.CallerCancelled);

    /// <summary>Adds what the opening says besides.</summary>
    protected virtual void AddTo(Dictionary<string, object?> opening)
    {
    }

    /// <summary>The requester sends an item of its own. A stream whose requester sends none drops it.</summary>
    protected virtual void OnItem(uint number, string? contentType, string? encoding, ReadOnlyMemory<byte> body)
    {
    }

    /// <summary>The requester has sent its last item.</summary>
    protected virtual void OnItemsEnd(uint number)
    {
    }

    private static readonly Batching.FrameNames _declaredFault = StreamNames.EndWith(Serialization.FaultBody.ContentType);

    private static readonly ReplyHead _workerStops = new()
    {
        Status = StatusCode.Unavailable,
        Detail = "The stream's worker is stopping, and its drain limit is reached. Open the stream again.",
        MayHaveRun = true,
    };
}
