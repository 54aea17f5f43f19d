using Messaging.Buffers;
using Messaging.Handling;
using Messaging.Running;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>What the steps of <see cref="WorkerPipeline"/> learn and decide about one delivery.</summary>
internal sealed class WorkerCall(Delivery delivery, bool draining)
{
    public Delivery Delivery { get; } = delivery;

    /// <summary>Whether the worker is stopping.</summary>
    public bool Draining { get; } = draining;

    public RequestHead Head { get; set; }

    /// <summary>Set by <see cref="FindOperation"/>.</summary>
    public OperationHandler? Handler { get; set; }

    /// <summary>The outcome; the first step that gives one decides.</summary>
    public WorkerOutcome? Outcome { get; set; }

    /// <summary>The reply's body; null when there is none.</summary>
    public PooledBuffer? ReplyBody { get; set; }

    /// <summary>The reply's content type; null for an empty body.</summary>
    public string? ReplyContentType { get; set; }

    /// <summary>Gives the outcome, unless there is one.</summary>
    public void Refuse(StatusCode status, string detail, FailureReason reason = FailureReason.None, bool mayHaveRun = false) =>
        Outcome ??= WorkerOutcome.Failed(new ReplyHead { Status = status, Detail = detail, Reason = reason, MayHaveRun = mayHaveRun });
}
