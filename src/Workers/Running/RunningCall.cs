using System.Diagnostics.CodeAnalysis;
using Messaging.Deadlines;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>Why a handler was told to stop.</summary>
internal enum StopReason
{
    None = 0,

    /// <summary>The caller cancelled, timed out or went away in order. Nobody waits for a reply.</summary>
    CallerCancelled,

    /// <summary>The time that the caller gave is over.</summary>
    DeadlinePassed,

    /// <summary>The link that brought the delivery is lost: the broker gives it to another worker.</summary>
    LinkLost,

    /// <summary>The worker stops and its drain limit is reached: the delivery goes back to the queue.</summary>
    DrainLimit,
}

/// <summary>A handler's cancellation: the first reason wins, and none reaches a handler after its call.</summary>
[SuppressMessage("Design", "CA1001", Justification = "See the source: disposing it would break tokens that handlers keep.")]
internal sealed partial class RunningCall(Delivery delivery, ILogger logger) : DeadlineEntry
{
    // Neither pooled nor disposed: a handler may keep its token, which no later call must cancel or break.
    private readonly CancellationTokenSource _source = new();
    private readonly Lock _lock = new();
    private StopReason _reason;
    private bool _ended;

    public Delivery Delivery { get; } = delivery;

    public CancellationToken Token => _source.Token;

    public StopReason Reason
    {
        get
        {
            lock (_lock)
            {
                return _reason;
            }
        }
    }

    public void Stop(StopReason reason)
    {
        lock (_lock)
        {
            if (_ended || _reason != StopReason.None)
            {
                return;
            }

            _reason = reason;
        }

        // Not here: this may be the transport's or the timer's thread, and what is registered on the token is the user's code.
        ThreadPool.UnsafeQueueUserWorkItem(static call => call.CancelSource(), this, preferLocal: false);
    }

    /// <summary>The call is over: nothing stops it any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
        }
    }

    internal override void OnDeadline() => Stop(StopReason.DeadlinePassed);

    private void CancelSource()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException exception)
        {
            // Thrown by callbacks that the handler registered; on a pool thread it would end the process.
            LogCallbackFailed(logger, exception);
        }
    }

    [LoggerMessage(21, LogLevel.Error, "A callback that a handler registered on its cancellation token failed.")]
    private static partial void LogCallbackFailed(ILogger logger, Exception exception);
}
