using System.Diagnostics.CodeAnalysis;
using Messaging.Deadlines;
using Messaging.Pipeline;
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

    /// <summary>What a stream's handler sent could not be published, although the link stands.</summary>
    SendFailed,

    /// <summary>The worker stops and its drain limit is reached: the delivery goes back to the queue.</summary>
    DrainLimit,
}

/// <summary>
/// A handler's cancellation: the first reason wins, and none reaches a handler after its call. The object serves one
/// call after the other; each gets a token of its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "See the source: disposing it would break tokens that handlers keep.")]
internal sealed partial class RunningCall(ILogger logger) : DeadlineEntry
{
    // No reason for stopping it counts any more.
    private const int Ended = -1;

    // Neither pooled nor disposed: a handler may keep its token, which no later call must cancel or break.
    private CancellationTokenSource _source = new();

    // A StopReason, or Ended. It changes once for each call.
    private int _reason;

    /// <summary>The link that brought the call.</summary>
    public WorkerLink? Link { get; private set; }

    /// <summary>The call; null for a stream, whose request is settled already. Guarded by <see cref="RunningCalls"/> while that knows this.</summary>
    public WorkerCall? Served { get; private set; }

    public CancellationToken Token => _source.Token;

    /// <summary>Why it was stopped, while it ran.</summary>
    public StopReason Reason => (StopReason)Math.Max(0, Volatile.Read(ref _reason));

    /// <summary>Its key in <see cref="RunningCalls"/>, if it has one. Guarded by that, as are its neighbours.</summary>
    public CallId Id { get; set; }

    public RunningCall? NextRunning { get; set; }

    public RunningCall? PreviousRunning { get; set; }

    /// <summary>Begins a call. Nobody may know it from the one before.</summary>
    public void Begin(WorkerLink? link, WorkerCall? served = null)
    {
        if (_reason != (int)StopReason.None)
        {
            _source = new CancellationTokenSource();
            Volatile.Write(ref _reason, (int)StopReason.None);
        }

        Link = link;
        Served = served;
    }

    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) == (int)StopReason.None)
        {
            // Not here: this may be the transport's or the timer's thread, and what is registered on the token is the user's code.
            ThreadPool.UnsafeQueueUserWorkItem(new Cancellation(_source, logger), preferLocal: false);
        }
    }

    /// <summary>The call is over: nothing stops it any more.</summary>
    public void End()
    {
        Interlocked.CompareExchange(ref _reason, Ended, (int)StopReason.None);
        Link = null;
        Served = null;
    }

    internal override void OnDeadline() => Stop(StopReason.DeadlinePassed);

    private sealed partial class Cancellation(CancellationTokenSource source, ILogger logger) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                source.Cancel();
            }
            catch (Exception exception)
            {
                // Thrown by callbacks that the handler registered; on a pool thread it would end the process.
                LogCallbackFailed(logger, exception);
            }
        }

        [LoggerMessage(217, LogLevel.Error, "A callback that a handler registered on its cancellation token failed.")]
        private static partial void LogCallbackFailed(ILogger logger, Exception exception);
    }
}
