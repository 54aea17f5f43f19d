using Messaging.Batching;
using Messaging.Calls;
using Messaging.Deadlines;
using Messaging.Policies;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streams;

/// <summary>
/// One stream on its way: a pending call whose reply comes in many messages. A worker takes it with <c>open</c>, then
/// come items, and <c>end</c> says how many there were and how it went.
/// </summary>
internal partial class PendingStream<TRequest, TItem> : PendingCall<TRequest, TItem>, IStreamOwner
{
    private readonly Lock _lock = new();
    private readonly StreamInbox<TItem> _inbox;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Wait _openWait;
    private readonly Wait _itemWait;
    private readonly TaskCompletionSource? _opened;
    private StreamFlow? _flow;
    private Exception? _failure;
    private bool _closed;

    public PendingStream(Requester requester, CallPolicy<TRequest, TItem> policy, TRequest request, in CallClock clock, CallExtras? extras)
        : base(requester, policy, request, clock, extras)
    {
        _inbox = new StreamInbox<TItem>(policy.Stream.Window, credit => _flow?.Grant(credit), Decompress);
        _openWait = new Wait(this);
        _itemWait = new Wait(this);
        _opened = policy.Stream.ItemTimeout is null ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public override bool IsStream => true;

    public override TimeSpan QueueTime => Policy.OpenTimeout < Deadline.Remaining ? Policy.OpenTimeout : Deadline.Remaining;

    public override Task Completion => _completion.Task;

    /// <summary>The stream as its worker sees it; null until one has taken it.</summary>
    protected StreamFlow? Flow => Volatile.Read(ref _flow);

    private ResponseMetadata? Response => Extras?.Options?.Response;

    /// <summary>Begins to wait for a worker.</summary>
    public void AwaitOpening() => Requester.Deadlines.Add(_openWait, Deadline.After(Policy.OpenTimeout, Requester.Time));

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
        Requester.Deadlines.Remove(_openWait);
        _opened?.TrySetResult();
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

    private async ValueTask<bool> WaitToReadAsync(ValueTask<bool> waiting, TimeSpan timeout)
    {
        // Until it is open another limit holds.
        var item = waiting.AsTask();
        await System.Threading.Tasks.Task.WhenAny(item, _opened!.Task).ConfigureAwait(false);
        Requester.Deadlines.Add(_itemWait, Deadline.After(timeout, Requester.Time));
        try
        {
            return await item.ConfigureAwait(false);
        }
        finally
        {
            Requester.Deadlines.Remove(_itemWait);
        }
    }

    private void OnWaitedTooLong()
    {
        var failed = Flow is null
            ? Fail(StatusCode.DeadlineExceeded, FailureReason.None, DeadlineDetail.Describe(Stage, CallClock.Describe(Policy.OpenTimeout, isHandlers: false), Operation.Service, Requester.LastFailure), mayHaveRun: Stage >= CallStage.Sending)
            : Fail(StatusCode.DeadlineExceeded, FailureReason.None, $"The stream's reader waited for an item for {TimeText.Of(Policy.Stream.ItemTimeout ?? TimeSpan.Zero)} (ItemTimeout).", mayHaveRun: true);
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
