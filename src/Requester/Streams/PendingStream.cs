using Messaging.Batching;
using Messaging.Calls;
using Messaging.Deadlines;
using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streams;

/// <summary>
/// One stream on its way: a pending call whose reply comes in many messages. A worker takes it with <c>open</c>, then
/// come items, and <c>end</c> says how many there were and how it went.
/// </summary>
internal class PendingStream<TRequest, TItem> : PendingCall<TRequest, TItem>, IStreamOwner
{
    private readonly Lock _lock = new();
    private readonly StreamInbox<TItem> _inbox;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Wait _wait;
    private StreamFlow? _flow;
    private Exception? _failure;
    private bool _closed;

    public PendingStream(Requester requester, CallPolicy<TRequest, TItem> policy, TRequest request, in CallClock clock, CallExtras? extras)
        : base(requester, policy, request, clock, extras)
    {
        _inbox = new StreamInbox<TItem>(policy.Stream.Window, credit => _flow?.Grant(credit));
        _wait = new Wait(this);
    }

    public override bool IsStream => true;

    public override TimeSpan QueueTime => Policy.OpenTimeout < Deadline.Remaining ? Policy.OpenTimeout : Deadline.Remaining;

    public override Task Completion => _completion.Task;

    /// <summary>The stream as its worker sees it; null until one has taken it.</summary>
    protected StreamFlow? Flow => Volatile.Read(ref _flow);

    private ResponseMetadata? Response => Extras?.Options?.Response;

    /// <summary>Begins to wait for a worker.</summary>
    public void AwaitOpening() => Requester.Deadlines.Add(_wait, Deadline.After(Policy.OpenTimeout, Requester.Time));

    /// <summary>Waits for an item. False at the end of a complete stream.</summary>
    /// <exception cref="RpcException">The stream ended with a status other than OK.</exception>
    public ValueTask<bool> WaitToReadAsync()
    {
        var waiting = _inbox.WaitToReadAsync();
        return waiting.IsCompleted || Policy.Stream.ItemTimeout is not { } timeout ? waiting : WaitToReadAsync(waiting, timeout);
    }

    public bool TryRead(out TItem item) => _inbox.TryRead(out item);

    /// <summary>Its reader goes. The handler is told, if it still runs.</summary>
    public void LeaveReader() => Leave();

    public override IReadOnlyDictionary<string, object?>? AddHeaders(IReadOnlyDictionary<string, object?>? headers)
    {
        var all = headers is null
            ? new Dictionary<string, object?>(StringComparer.Ordinal)
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal);
        all[WireNames.Stream] = (long)StreamHeaders.Version;
        StreamHeaders.AnnounceBatches(all);
        StreamHeaders.Write(all, Policy.Stream.Window);

        // The expiration says how long a worker may take to take it, not how long it may last.
        all[WireNames.TimeoutMs] = (long)Math.Ceiling(Deadline.Remaining.TotalMilliseconds);
        return all;
    }

    public override void OnReply(in InboundMessage reply) =>
        OnMessage(reply.Type, StreamHeaders.ReadSequence(reply.Headers), reply);

    public override void OnReply(in BatchFrame frame) => OnMessage(frame.Type, frame.Number, new InboundMessage
    {
        Type = frame.Type,
        ContentType = frame.ContentType,
        Headers = frame.Headers,
        Body = frame.Body,
    });

    public override void OnReturned()
    {
        if (Flow is null)
        {
            base.OnReturned();
        }
        else
        {
            FailLost("The stream's worker is gone: the broker has no queue of it any more.");
        }
    }

    public override void Complete()
    {
        // Items that came before the end are read first, unless the reader itself wants no more.
        _inbox.End(_failure, atOnce: _failure is OperationCanceledException);
        _completion.TrySetResult();
    }

    void IStreamOwner.OnSendFailed(TransportException exception) =>
        Fail(TransportFailures.ToRpcException(exception, Operation, CorrelationId, mayHaveRunBefore: true));

    void IStreamOwner.OnSilent(TimeSpan silence) =>
        FailLost($"The stream's worker has been silent for {silence.TotalSeconds:0.#} s.");

    protected override void SetFailure(Exception exception)
    {
        HasFailed = true;
        _failure = exception;
    }

    protected override void OnEnded()
    {
        StreamFlow? flow;
        lock (_lock)
        {
            _closed = true;
            flow = _flow;
        }

        Response?.SetNoHeaders();
        Requester.Deadlines.Remove(_wait);
        if (flow?.Pump is { } pump)
        {
            Requester.Heartbeats.Remove(flow);
            flow.Pump = null;
            Link?.Streams.Leave(pump);
        }
    }

    /// <summary>A worker has taken the stream.</summary>
    protected virtual void OnOpened(StreamFlow flow, in InboundMessage opening)
    {
    }

    private void OnMessage(string? type, uint number, in InboundMessage message)
    {
        if (HasEnded)
        {
            return;
        }

        Flow?.Hear();
        switch (type)
        {
            case WireNames.StreamItemType:
                OnItem(number, message);
                break;
            case WireNames.StreamOpenType:
                OnOpen(message);
                break;
            case WireNames.StreamHeadersType:
                Response?.SetHeaders(UserHeaders.Read(message.Headers));
                break;
            case WireNames.StreamEndType:
                OnEnd(number, message);
                break;
            case WireNames.StreamCreditType:
                if (StreamWindow.TryRead(message.Body.Span, out var credit))
                {
                    Flow?.Credit.Grant(credit);
                }

                break;
            case WireNames.StreamAliveType:
                break;
            default:
                OnRefusal(message);
                break;
        }
    }

    private void OnOpen(in InboundMessage message)
    {
        var address = message.Headers is not null && message.Headers.TryGetValue(WireNames.StreamAddress, out var header) ? HeaderValues.TryGetText(header) : null;
        if (address is null || !address.StartsWith(WireNames.WorkerQueuePrefix, StringComparison.Ordinal))
        {
            // What is sent to the stream must not end in anybody's work queue.
            FailProtocol($"the worker opened it with the address '{address}', which is none of a worker ('{WireNames.WorkerQueuePrefix}…')");
            return;
        }

        if (Flow is { } known)
        {
            if (!string.Equals(known.Pump?.Address.Queue, address, StringComparison.Ordinal))
            {
                FailLost("The stream's worker died, and another was given the stream from its beginning.");
            }

            return;
        }

        if (Link is not { } link)
        {
            return;
        }

        var flow = new StreamFlow(this, Id, Requester.Time);
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            flow.Pump = link.Streams.Enter(new StreamAddress(address, StreamHeaders.ReadsBatches(message.Headers)));
            Requester.Heartbeats.Add(flow);
            _flow = flow;
        }

        Requester.Deadlines.Remove(_wait);
        OnOpened(flow, message);
    }

    private void OnItem(uint number, in InboundMessage message)
    {
        switch (_inbox.Admit(number))
        {
            case StreamAdmission.Gap:
                Fail(StatusCode.DataLoss, FailureReason.None, $"Items of the stream are missing: item {number} came after {_inbox.Arrivals:N0}.", mayHaveRun: true);
                Abandon();
                return;
            case StreamAdmission.Overrun:
                FailProtocol("the worker sent more than the window allows");
                return;
            case StreamAdmission.Ended:
                return;
        }

        TItem item;
        try
        {
            if (message.ContentType is { } type && !PayloadSerializers.Matches(Policy.ContentType, type))
            {
                throw new NotSupportedException($"Its content type is '{type}', not '{Policy.ContentType}'.");
            }

            item = Policy.ReplyCodec.Decode(message.Body.Span);
        }
        catch (Exception exception)
        {
            // Whatever a hostile body makes a codec throw fails this stream and nothing else.
            Fail(
                StatusCode.Internal,
                FailureReason.Undecodable,
                $"Item {number} of {message.Body.Length:N0} bytes can't be decoded as {typeof(TItem)}: {exception.Message} Do caller and worker use the same contract?",
                mayHaveRun: true,
                exception);
            Abandon();
            return;
        }

        Response?.SetNoHeaders();
        _inbox.Add(item, message.Body.Length);
    }

    private void OnEnd(uint number, in InboundMessage message)
    {
        Response?.SetTrailers(UserHeaders.Read(message.Headers));
        var head = ReplyHead.Read(message);
        if (head.Status != StatusCode.OK)
        {
            Fail(ToException(head, message));
        }
        else if (number != StreamSequence.Of(_inbox.Arrivals))
        {
            Fail(StatusCode.DataLoss, FailureReason.None, $"Items of the stream are missing: it ended after {number} items, of which {_inbox.Arrivals:N0} came.", mayHaveRun: true);
        }
        else if (TryEnd())
        {
            Finish(error: null);
        }
    }

    private void OnRefusal(in InboundMessage message)
    {
        var head = ReplyHead.Read(message);
        if (head.Status == StatusCode.OK)
        {
            FailProtocol("the worker answered with a single reply");
        }
        else
        {
            Fail(ToException(head, message));
        }
    }

    private void FailProtocol(string what)
    {
        if (Fail(StatusCode.Internal, FailureReason.Undecodable, $"The stream was broken: {what}. Do caller and worker use the same version?", mayHaveRun: true))
        {
            Abandon();
        }
    }

    private void FailLost(string detail)
    {
        if (Fail(StatusCode.Unavailable, FailureReason.ConnectionLost, detail, mayHaveRun: true))
        {
            Abandon();
        }
    }

    private async ValueTask<bool> WaitToReadAsync(ValueTask<bool> waiting, TimeSpan timeout)
    {
        if (Flow is null)
        {
            // Until it is open another limit holds.
            return await waiting.ConfigureAwait(false);
        }

        Requester.Deadlines.Add(_wait, Deadline.After(timeout, Requester.Time));
        try
        {
            return await waiting.ConfigureAwait(false);
        }
        finally
        {
            Requester.Deadlines.Remove(_wait);
        }
    }

    private void OnWaitedTooLong()
    {
        var failed = Flow is null
            ? Fail(StatusCode.DeadlineExceeded, FailureReason.None, DeadlineDetail.Describe(Stage, Policy.OpenTimeout, Operation.Service, Requester.LastFailure), mayHaveRun: Stage >= CallStage.Sending)
            : Fail(StatusCode.DeadlineExceeded, FailureReason.None, $"The stream's reader waited for an item for {Policy.Stream.ItemTimeout} (ItemTimeout).", mayHaveRun: true);
        if (failed)
        {
            Abandon();
        }
    }

    /// <summary>For the worker's opening, then for each item.</summary>
    private sealed class Wait(PendingStream<TRequest, TItem> stream) : DeadlineEntry
    {
        internal override void OnDeadline() => stream.OnWaitedTooLong();
    }
}
