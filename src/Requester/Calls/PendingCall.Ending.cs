using Messaging.Overload;
using Messaging.Telemetry;

namespace Messaging.Calls;

/// <content>What ends a call, and what happens then.</content>
internal abstract partial class PendingCall
{
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

        SetFailure(exception);
        Finish(exception);
        return true;
    }

    /// <summary>Ends a call that waits for room, as it can't be answered in time.</summary>
    public void Refuse()
    {
        if (HasEnded)
        {
            return;
        }

        var refusal = policy.Service.Load.Refusals.Create(Operation, out var isFirst);
        if (Fail(refusal) && isFirst)
        {
            OverloadLog.Refused(requester.Logger, Operation.Service, refusal.Detail);
        }
    }

    internal override void OnDeadline() => FailByDeadline();

    /// <summary>Sets the outcome of a call that failed.</summary>
    protected abstract void SetFailure(Exception exception);

    /// <summary>Claims the right to give the outcome.</summary>
    protected bool TryEnd()
    {
        var before = Interlocked.Or(ref _state, Ended);
        if ((before & Ended) != 0)
        {
            return false;
        }

        requester.Calls.Remove(this);
        StopWatching();
        if ((before & LeftWindow) != 0)
        {
            // Its room has been given to another.
        }
        else if ((before & Admitted) != 0)
        {
            policy.Service.Window.Leave();
        }
        else
        {
            policy.Service.Window.GiveUp();
        }

        OnEnded();
        return true;
    }

    /// <summary>Gives its room among the calls under way to another, although it goes on.</summary>
    protected void LeaveWindow()
    {
        if ((Interlocked.Or(ref _state, LeftWindow) & (Ended | LeftWindow)) == 0)
        {
            policy.Service.Window.Leave();
        }
    }

    /// <summary>The call has just ended; nobody has been told yet.</summary>
    protected virtual void OnEnded()
    {
    }

    /// <summary>Ends the call without a caller that waits for its outcome, and has its handler stopped.</summary>
    protected void Leave()
    {
        if (TryEnd())
        {
            Abandon();
            Finish(failure: null);
        }
    }

    /// <summary>Ends the call's activity and has the caller told its outcome.</summary>
    protected void Finish(Exception? failure)
    {
        MessagingMetrics.RecordOutcome(Operation, _startedAt, failure, requester.Time);
        if (failure is not null)
        {
            MessagingTelemetry.Fail(Activity, failure);
        }

        MessagingTelemetry.End(Activity);
        requester.Replies.Add(this);
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryEnd())
        {
            Abandon();
            var cancelled = new OperationCanceledException(cancellationToken);
            SetFailure(cancelled);
            Finish(cancelled);
        }
    }

    private void OnHandlerEnded(CancellationToken cancellationToken)
    {
        if (extras?.Handler is { DeadlineExceeded: true })
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
        if (HasEnded)
        {
            return;
        }

        var wasSent = Stage == CallStage.AwaitingReply;
        var time = extras?.Time ?? CallClock.Describe(policy.Timeout, isHandlers: false);
        var away = Link?.WhyAway(Operation.Service);
        if (Fail(
            StatusCode.DeadlineExceeded,
            away is null ? FailureReason.None : FailureReason.NodeDown,
            away is null ? DeadlineDetail.Describe(Stage, time, Operation.Service, requester.LastFailure) : DeadlineDetail.DescribeAway(time, away),
            MayHaveRun))
        {
            Abandon();
            if (wasSent && (Volatile.Read(ref _state) & LeftWindow) == 0)
            {
                policy.Service.Load.OnUnanswered(this);
            }
        }
    }

    protected void Abandon()
    {
        // Whoever sends it now looks for this after it has set the stage: one of the two sees the other.
        Interlocked.Or(ref _state, Abandoned);
        Link?.CancelRemotely(this);
    }

    private void StopWatching()
    {
        requester.Deadlines.Remove(this);
        if (extras is not null)
        {
            extras.CallerCancels.Unregister();
            extras.HandlerEnds.Unregister();
        }
    }
}
