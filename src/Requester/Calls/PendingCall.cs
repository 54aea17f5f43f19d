using System.Diagnostics;
using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Deadlines;
using Messaging.Policies;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// One call on its way: whoever ends it first (reply, deadline, cancellation, return, lost link) decides its only
/// outcome; the others find it ended.
/// </summary>
internal abstract partial class PendingCall(Requester requester, CallPolicy policy, in CallClock clock, CallExtras? extras)
    : DeadlineEntry, IThreadPoolWorkItem
{
    private const int Ended = 1;
    private const int Admitted = 2;
    private const int Abandoned = 4;
    private const int LeftWindow = 8;

    private readonly long _deadline = clock.Deadline.Timestamp;
    private readonly long _startedAt = clock.StartedAt;
    private CallLink? _link;
    private int _state;
    private volatile byte _stage;

    public OperationDescriptor Operation => policy.Operation;

    public CallPolicy Policy => policy;

    public Deadline Deadline => Deadline.At(_deadline, requester.Time);

    protected Requester Requester => requester;

    /// <summary>Set by <see cref="PendingCalls.Add"/>.</summary>
    public UInt128 Id { get; set; }

    public string CorrelationId => CorrelationIds.Format(Id);

    public CallExtras? Extras => extras;

    public Activity? Activity => extras?.Activity;

    public CallStage Stage
    {
        get => (CallStage)_stage;
        set => _stage = (byte)value;
    }

    /// <summary>Whether its outcome is an exception. For <see cref="Complete"/> only.</summary>
    protected bool HasFailed { get; set; }

    /// <summary>Whether its reply comes in many messages.</summary>
    public virtual bool IsStream => false;

    /// <summary>How long its request may wait in a queue.</summary>
    public virtual TimeSpan QueueTime => Deadline.Remaining;

    /// <summary>The timestamp since which only the connection and the workers keep it from its reply.</summary>
    public long SentAt { get; set; }

    /// <summary>Whether whoever replies was told that batches are read here.</summary>
    public bool Announced { get; set; }

    /// <summary>The link that it is sent by; null until then.</summary>
    public CallLink? Link
    {
        get => Volatile.Read(ref _link);
        set => Volatile.Write(ref _link, value);
    }

    public bool HasEnded => (Volatile.Read(ref _state) & Ended) != 0;

    /// <summary>Whether the caller has stopped waiting, so that a handler would run for nobody.</summary>
    public bool IsAbandoned => (Volatile.Read(ref _state) & Abandoned) != 0;

    /// <summary>Completes with the outcome.</summary>
    public abstract Task Completion { get; }

    private bool MayHaveRun => Stage >= CallStage.Sending;

    /// <summary>Lets the call in among those under way. False when it ended while it waited.</summary>
    public bool TryAdmit() => Interlocked.CompareExchange(ref _state, Admitted, 0) == 0;

    /// <summary>Watches all that can end the call besides its reply.</summary>
    /// <param name="cancellationToken">The caller's.</param>
    public void Watch(CancellationToken cancellationToken)
    {
        requester.Deadlines.Add(this, Deadline);
        if (extras is not null)
        {
            var handlerEnds = extras.Handler?.CancellationToken ?? CancellationToken.None;
            extras.CallerCancels = cancellationToken.UnsafeRegister(static (call, token) => ((PendingCall)call!).Cancel(token), this);
            if (handlerEnds != cancellationToken)
            {
                extras.HandlerEnds = handlerEnds.UnsafeRegister(static (call, token) => ((PendingCall)call!).OnHandlerEnded(token), this);
            }
        }

        if (HasEnded)
        {
            // Ended while the registrations were being made.
            StopWatching();
        }
    }

    /// <summary>The call has left this process.</summary>
    public void OnSent()
    {
        Stage = CallStage.AwaitingReply;
        if (IsAbandoned)
        {
            // Cancelled in the moment between entering and sending, when there was nothing yet to cancel.
            Link?.CancelRemotely(this);
        }
    }

    /// <summary>Waits until the connection has taken the call, and gives the buffer back.</summary>
    public async Task FinishSendAsync(ValueTask sending, PooledBuffer buffer)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            OnSendFailed(exception);
            return;
        }
        finally
        {
            buffer.Return();
        }

        OnSent();
    }

    /// <summary>Adds what this kind of call says besides.</summary>
    /// <param name="headers">The request's headers; null for none.</param>
    public virtual IReadOnlyDictionary<string, object?>? AddHeaders(IReadOnlyDictionary<string, object?>? headers) => headers;

    /// <summary>The call was not sent, or it is unknown whether it was.</summary>
    public abstract void OnSendFailed(TransportException exception);

    /// <summary>Sends the request once more, with the same id: the first reply is the call's, and another finds none.</summary>
    public abstract void SendAgain();

    /// <summary>The reply has arrived. Called at most once, on the transport's thread; the body is valid only until this returns.</summary>
    public abstract void OnReply(in InboundMessage reply);

    /// <summary>The reply has arrived in a batch. As <see cref="OnReply(in InboundMessage)"/>.</summary>
    public virtual void OnReply(in BatchFrame frame)
    {
        OnHandlerTime(frame.Number == BatchFormat.NoTimeout ? -1 : frame.Number);
        OnReply(new InboundMessage
        {
            Type = frame.Type,
            ContentType = frame.ContentType,
            Headers = frame.Headers,
            Body = frame.Body,
        });
    }

    /// <summary>The worker has said how long the handler took; negative where none ran.</summary>
    public void OnHandlerTime(long microseconds)
    {
        policy.HandlerTime.Report(microseconds);
        MessagingMetrics.RecordQueueTime(Operation, _startedAt, microseconds, requester.Time);
    }

    /// <summary>The request, or what the call sent later, found no queue.</summary>
    public virtual void OnReturned()
    {
        policy.Service.Load.OnUnrouted();
        Fail(
            StatusCode.Unavailable,
            FailureReason.NoRoute,
            $"The broker has no queue '{Operation.Service}' (NoRoute): no worker serves it. Start one, or check the service's name and the virtual host.",
            mayHaveRun: false);
    }

    /// <summary>Gives the caller its outcome. On a thread of the pool, as the caller's code may run in it.</summary>
    public abstract void Complete();

    /// <summary>Goes on with a call that was let in after it had waited.</summary>
    public abstract void Execute();
}
