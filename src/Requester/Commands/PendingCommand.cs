using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Deadlines;
using Messaging.Telemetry;
using Messaging.Transport;

namespace Messaging.Commands;

/// <summary>
/// One command on its way. Whoever ends it first (confirm, refusal, deadline, cancellation) decides its only outcome.
/// It may go on being sent for a moment after that.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing once it is cancelled.")]
internal sealed class PendingCommand(
    OperationDescriptor operation, in OutboundMessage message, PooledBuffer body, in CallClock clock, Activity? activity, DeadlineWheel deadlines, TimeProvider time)
    : DeadlineEntry
{
    private readonly OutboundMessage _message = message;
    private readonly CallClock _clock = clock;
    private readonly Lock _lock = new();

    // The sender goes on right where this is completed: always a thread of the pool.
    private readonly TaskCompletionSource _outcome = new();
    private CancellationTokenSource? _endedSource;
    private CancellationTokenRegistration _callerCancels;
    private CancellationTokenRegistration _handlerEnds;
    private volatile byte _stage;
    private volatile bool _maybeTaken;
    private bool _ended;

    public OperationDescriptor Operation => operation;

    public ref readonly OutboundMessage Message => ref _message;

    public Task Task => _outcome.Task;

    public CallStage Stage
    {
        get => (CallStage)_stage;
        set => _stage = (byte)value;
    }

    /// <summary>Why there is no link, while there is none.</summary>
    public Exception? LastFailure { get; set; }

    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _ended;
            }
        }
    }

    /// <summary>Whether an attempt broke midway.</summary>
    public bool MayHaveBeenTaken => _maybeTaken;

    /// <summary>Whether a worker may run it although it was not confirmed.</summary>
    public bool MayHaveRun => _maybeTaken || Stage == CallStage.Sending;

    /// <summary>Cancelled when the command ends. For those few that have to wait for something.</summary>
    public CancellationToken Ended
    {
        get
        {
            lock (_lock)
            {
                if (_endedSource is null)
                {
                    _endedSource = new CancellationTokenSource();
                    if (_ended)
                    {
                        _endedSource.Cancel();
                    }
                }

                return _endedSource.Token;
            }
        }
    }

    /// <summary>Watches all that can end the command besides its confirm.</summary>
    public void Watch(CallContext? handler, CancellationToken caller)
    {
        deadlines.Add(this, _clock.Deadline);
        _callerCancels = caller.UnsafeRegister(static (command, token) => ((PendingCommand)command!).EndLater(new OperationCanceledException(token)), this);
        if (handler is not null && handler.CancellationToken != caller)
        {
            _handlerEnds = handler.CancellationToken.UnsafeRegister(
                static (command, token) => ((PendingCommand)command!).EndLater(new OperationCanceledException(token)), this);
        }

        if (HasEnded)
        {
            // Ended while the registrations were being made.
            StopWatching();
        }
    }

    /// <summary>An attempt broke midway: the broker may have the command, so it is sent again with the same message id.</summary>
    public void MarkMaybeTaken() => _maybeTaken = true;

    /// <summary>The broker has it safe.</summary>
    public void Accept()
    {
        if (TryEnd())
        {
            MessagingMetrics.RecordOutcome(operation, _clock.StartedAt, failure: null, time);
            MessagingTelemetry.End(activity);
            _outcome.SetResult();
        }
    }

    public void Fail(RpcException exception)
    {
        if (TryEnd())
        {
            End(exception);
        }
    }

    /// <summary>Nothing sends it any more.</summary>
    public void Release() => body.Return();

    internal override void OnDeadline() => EndLater(new RpcException(
        StatusCode.DeadlineExceeded, DeadlineDetail.DescribeCommand(Stage, _clock.Text, operation.Service, LastFailure))
    {
        Operation = operation.FullName,
        CorrelationId = _message.MessageId,
        MayHaveRun = MayHaveRun,
    });

    // From a timer's or a canceller's thread, which must not run the sender's code.
    private void EndLater(Exception exception)
    {
        if (TryEnd())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static end => end.Command.End(end.Exception), (Command: this, Exception: exception), preferLocal: false);
        }
    }

    private void End(Exception exception)
    {
        MessagingMetrics.RecordOutcome(operation, _clock.StartedAt, exception, time);
        MessagingTelemetry.Fail(activity, exception);
        MessagingTelemetry.End(activity);
        if (exception is OperationCanceledException cancelled)
        {
            _outcome.SetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _outcome.SetException(exception);
        }
    }

    private bool TryEnd()
    {
        CancellationTokenSource? source;
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            _ended = true;
            source = _endedSource;
        }

        StopWatching();
        source?.Cancel();
        return true;
    }

    private void StopWatching()
    {
        deadlines.Remove(this);
        _callerCancels.Unregister();
        _handlerEnds.Unregister();
    }
}
