using System.Diagnostics;
using Messaging.Deadlines;
using Messaging.Links;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// One call on its way: whoever ends it first (reply, deadline, cancellation, return, lost link) decides its only
/// outcome; the others find it ended.
/// </summary>
internal abstract class PendingCall : DeadlineEntry
{
    private readonly DeadlineWheel _deadlines;
    private CancellationTokenRegistration _callerCancels;
    private CancellationTokenRegistration _handlerEnds;
    private CallContext? _handler;
    private volatile int _stage;
    private int _ended;
    private int _abandoned;

    protected PendingCall(OperationDescriptor operation, TimeSpan timeout, DeadlineWheel deadlines)
    {
        Operation = operation;
        Timeout = timeout;
        Id = CorrelationIds.Create();
        CorrelationId = CorrelationIds.Format(Id);
        _deadlines = deadlines;
    }

    public OperationDescriptor Operation { get; }

    public UInt128 Id { get; }

    public string CorrelationId { get; }

    public TimeSpan Timeout { get; }

    public Activity? Activity { get; init; }

    public CallStage Stage
    {
        get => (CallStage)_stage;
        set => _stage = (int)value;
    }

    /// <summary>The link it was entered in; null until then.</summary>
    public CallLink? Link { get; set; }

    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Whether the caller has stopped waiting, so that a handler would run for nobody.</summary>
    public bool IsAbandoned => Volatile.Read(ref _abandoned) != 0;

    /// <summary>What it waits for, while it is not sent; null where a link was open.</summary>
    public LinkKeeper<CallLink>? WaitsFor { get; set; }

    /// <summary>Completes with the outcome.</summary>
    public abstract Task Completion { get; }

    private bool MayHaveRun => Stage >= CallStage.Sending;

    /// <summary>Watches all that can end the call besides its reply.</summary>
    /// <param name="deadline">When it ends.</param>
    /// <param name="handler">The handler that makes the call, whose end is this call's end; null outside of one.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public void Watch(Deadline deadline, CallContext? handler, CancellationToken cancellationToken)
    {
        _deadlines.Add(this, deadline);
        if (cancellationToken.CanBeCanceled)
        {
            _callerCancels = cancellationToken.UnsafeRegister(
                static (call, token) => ((PendingCall)call!).Cancel(token), this);
        }

        if (handler is not null && handler.CancellationToken.CanBeCanceled && handler.CancellationToken != cancellationToken)
        {
            _handler = handler;
            _handlerEnds = handler.CancellationToken.UnsafeRegister(
                static (call, token) => ((PendingCall)call!).OnHandlerEnded(token), this);
        }

        if (HasEnded)
        {
            // Ended while the registrations were being made.
            StopWatching();
        }
    }

    /// <summary>The reply has arrived. Called at most once per link, on the transport's thread; the body is valid only until this returns.</summary>
    public abstract void OnReply(in InboundMessage reply);

    /// <summary>Ends the call with a failure of the system's. False when it had ended before.</summary>
    public bool Fail(StatusCode status, FailureReason reason, string detail, bool mayHaveRun, Exception? cause = null) =>
        Fail(new RpcException(status, detail, cause)
        {
            Reason = reason,
            Operation = Operation.FullName,
            CorrelationId = CorrelationId,
            MayHaveRun = mayHaveRun,
        });

    /// <summary>Ends the call with an exception. False when it had ended before.</summary>
    public bool Fail(Exception exception)
    {
        if (!TryEnd())
        {
            return false;
        }

        Activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        SetException(exception);
        Activity?.Dispose();
        return true;
    }

    internal override void OnDeadline() => FailByDeadline();

    protected abstract void SetException(Exception exception);

    protected abstract void SetCanceled(CancellationToken cancellationToken);

    /// <summary>Claims the right to give the outcome.</summary>
    protected bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        Link?.Forget(this);
        StopWatching();
        return true;
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryEnd())
        {
            Abandon();
            Activity?.SetStatus(ActivityStatusCode.Error, "cancelled by the caller");
            SetCanceled(cancellationToken);
            Activity?.Dispose();
        }
    }

    private void OnHandlerEnded(CancellationToken cancellationToken)
    {
        if (_handler is { DeadlineExceeded: true })
        {
            FailByDeadline();
        }
        else
        {
            Cancel(cancellationToken);
        }
    }

    private void FailByDeadline()
    {
        if (!HasEnded
            && Fail(StatusCode.DeadlineExceeded, FailureReason.None, DeadlineDetail.Describe(Stage, Timeout, Operation.Service, WaitsFor?.LastFailure), MayHaveRun))
        {
            Abandon();
        }
    }

    private void Abandon()
    {
        // Whoever sends it now looks for this after it has set the stage: one of the two sees the other.
        Interlocked.Exchange(ref _abandoned, 1);
        Link?.CancelRemotely(this);
    }

    private void StopWatching()
    {
        _deadlines.Remove(this);
        _callerCancels.Unregister();
        _handlerEnds.Unregister();
    }
}
