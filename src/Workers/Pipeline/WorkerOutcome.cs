using System.Diagnostics;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>What becomes of a delivery.</summary>
internal sealed class WorkerOutcome
{
    private WorkerOutcome(OutcomeKind kind) => Kind = kind;

    public static WorkerOutcome Succeeded { get; } = new(OutcomeKind.Succeeded);

    public static WorkerOutcome Opened { get; } = new(OutcomeKind.Opened);

    public static WorkerOutcome Dropped { get; } = new(OutcomeKind.Dropped);

    public static WorkerOutcome Requeued { get; } = new(OutcomeKind.Requeued);

    public static WorkerOutcome GivenBack { get; } = new(OutcomeKind.GivenBack);

    public static WorkerOutcome Rejected { get; } = new(OutcomeKind.Rejected);

    public static WorkerOutcome Abandoned { get; } = new(OutcomeKind.Abandoned);

    public OutcomeKind Kind { get; }

    /// <summary>What the caller is told of a failure.</summary>
    public ReplyHead Head { get; private init; }

    /// <summary>The handler's exception, for the dead-letter queue.</summary>
    public Exception? Exception { get; private init; }

    /// <summary>What the caller is told; null where nobody is told anything.</summary>
    public StatusCode? Status => Kind switch
    {
        OutcomeKind.Succeeded => StatusCode.OK,
        OutcomeKind.Failed => Head.Status,
        _ => null,
    };

    /// <summary>Whether it is a fault that the operation declares.</summary>
    public bool IsFault => Kind == OutcomeKind.Failed && Head.FaultType is not null;

    /// <summary>Marks a handler's span as failed.</summary>
    public void Fail(Activity? activity) => MessagingTelemetry.Fail(
        activity,
        Kind == OutcomeKind.Failed ? Head.Detail : Kind.ToString(),
        Exception is null or RpcException ? MessagingMetrics.Spell(Status ?? StatusCode.Cancelled) : MessagingMetrics.ErrorTypeOf(Exception));

    /// <summary>
    /// What can't be served here goes back for another: a command as a copy, which counts no attempt; a call, and an ordered
    /// command, which others must not overtake, to its place.
    /// </summary>
    public static WorkerOutcome Return(WorkerCall call) =>
        call.IsCommand && call.Delivery.Tag.Queue != QueueKind.OrderedCommands ? GivenBack : Requeued;

    public static WorkerOutcome Failed(ReplyHead head, Exception? exception = null) =>
        new(OutcomeKind.Failed) { Head = head, Exception = exception };
}

internal enum OutcomeKind
{
    /// <summary>The handler returned: the reply is sent and the delivery acknowledged.</summary>
    Succeeded,

    /// <summary>It failed: a call is answered with a fault, a command is dead-lettered.</summary>
    Failed,

    /// <summary>It is a stream that was taken: the delivery is acknowledged, and the stream goes on by itself.</summary>
    Opened,

    /// <summary>Nobody waits for it: it is acknowledged without an answer.</summary>
    Dropped,

    /// <summary>It goes back to the queue for another worker.</summary>
    Requeued,

    /// <summary>The worker stops: it goes back for another, and no attempt is counted where that can be had.</summary>
    GivenBack,

    /// <summary>It can't be carried further: the broker dead-letters it.</summary>
    Rejected,

    /// <summary>Its link is lost: there is nothing to settle.</summary>
    Abandoned,
}
