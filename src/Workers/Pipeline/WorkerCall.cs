using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Handling;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>One call or command, with what the steps of <see cref="WorkerPipeline"/> learn and decide about it.</summary>
internal sealed class WorkerCall
{
    private const long NoTimeLeft = -1;

    private readonly long _timeLeftMs = NoTimeLeft;
    private bool _settled;

    /// <summary>The one call of a plain message.</summary>
    public WorkerCall(Delivery delivery)
    {
        Delivery = delivery;
        var message = delivery.Message;
        Method = message.Type;
        ContentType = message.ContentType;
        Headers = message.Headers;
        Body = delivery.Body;
        Id = message.CorrelationId is { } text ? new CallId(text) : CallId.None;
    }

    /// <summary>One call of a batch.</summary>
    public WorkerCall(Delivery delivery, in BatchFrame frame, long? timeLeftMs)
    {
        Delivery = delivery;
        Method = frame.Type;
        ContentType = frame.ContentType;
        Headers = frame.Headers;
        Body = frame.Body;
        Id = new CallId(frame.Id, null);
        _timeLeftMs = timeLeftMs ?? NoTimeLeft;
    }

    /// <summary>The message that brought it, alone or with others.</summary>
    public Delivery Delivery { get; }

    /// <summary>The <c>type</c> property, which names the method.</summary>
    public string? Method { get; }

    public string? ContentType { get; }

    public IReadOnlyDictionary<string, object?>? Headers { get; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Its correlation id; none for a command sent without one.</summary>
    public CallId Id { get; }

    /// <summary>The correlation id of a plain message, as it came.</summary>
    public string? PlainCorrelationId => Delivery.Message.CorrelationId;

    public string? CorrelationId => PlainCorrelationId ?? (Id.IsNone ? null : Id.ToString());

    /// <summary>The time that a batch leaves it; null where its message says it, if anything does.</summary>
    public TimeSpan? TimeLeft => _timeLeftMs == NoTimeLeft ? null : TimeSpan.FromMilliseconds(_timeLeftMs);

    /// <summary>The properties as of a message of its own.</summary>
    public InboundMessage Message => Delivery.IsBatch
        ? new InboundMessage
        {
            Type = Method,
            ContentType = ContentType,
            Headers = Headers,
            ReplyTo = Delivery.Message.ReplyTo,
            UserId = Delivery.Message.UserId,
            Redelivered = Delivery.Message.Redelivered,
        }
        : Delivery.Message;

    /// <summary>Whether the worker is stopping.</summary>
    public bool Draining { get; set; }

    public RequestHead Head { get; set; }

    /// <summary>Set by <see cref="FindOperation"/>.</summary>
    public OperationHandler? Handler { get; set; }

    /// <summary>The outcome; the first step that gives one decides.</summary>
    public WorkerOutcome? Outcome { get; set; }

    /// <summary>How long the handler took, in microseconds; <see cref="BatchFormat.NoTimeout"/> where none ran.</summary>
    public uint HandlerUs { get; set; } = BatchFormat.NoTimeout;

    /// <summary>The reply's body; null when there is none.</summary>
    public PooledBuffer? ReplyBody { get; set; }

    /// <summary>The type and content type of a reply with a body.</summary>
    public FrameNames? ReplyNames { get; set; }

    /// <summary>Gives the outcome, unless there is one.</summary>
    public void Refuse(StatusCode status, string detail, FailureReason reason = FailureReason.None, bool mayHaveRun = false) =>
        Outcome ??= WorkerOutcome.Failed(new ReplyHead { Status = status, Detail = detail, Reason = reason, MayHaveRun = mayHaveRun });

    /// <summary>Says that somebody settles it from here. False when that has been said before.</summary>
    public bool TryClaimSettling()
    {
        var first = !_settled;
        _settled = true;
        return first;
    }

    /// <summary>Leaves it unsettled, unless it has been settled.</summary>
    public void Abandon()
    {
        if (TryClaimSettling())
        {
            Delivery.Abandon();
        }
    }

    /// <summary>It has been served: what it held is given back.</summary>
    public void Leave()
    {
        ReplyBody?.Return();
        ReplyBody = null;
        if (Delivery.Replies is { } replies)
        {
            Delivery.Link.Replies.Leave(replies);
        }
    }
}
