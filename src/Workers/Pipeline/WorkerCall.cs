using System.Collections.Concurrent;
using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Handling;
using Messaging.Overload;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>
/// One call or command, with what the steps of <see cref="WorkerPipeline"/> learn and decide about it. Pooled: it goes
/// back when it has been served and, if its reply waits with others, when that has been sent.
/// </summary>
internal sealed class WorkerCall
{
    private const long NoTimeLeft = -1;
    private const int MaxPooled = 1024;

    private static readonly ConcurrentQueue<WorkerCall> _pool = new();

    private long _timeLeftMs;
    private int _holders;
    private int _settled;

    private WorkerCall()
    {
    }

    /// <summary>The message that brought it, alone or with others.</summary>
    public Delivery Delivery { get; private set; } = null!;

    /// <summary>The <c>type</c> property, which names the method.</summary>
    public string? Method { get; private set; }

    public string? ContentType { get; private set; }

    public IReadOnlyDictionary<string, object?>? Headers { get; private set; }

    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Its correlation id; none for a command sent without one.</summary>
    public CallId Id { get; private set; }

    /// <summary>The correlation id of a plain message, as it came.</summary>
    public string? PlainCorrelationId => Delivery.Message.CorrelationId;

    public string? CorrelationId => PlainCorrelationId ?? (Id.IsNone ? null : Id.ToString());

    /// <summary>The time that a batch leaves it; null where its message says it, if anything does.</summary>
    public TimeSpan? TimeLeft => _timeLeftMs == NoTimeLeft ? null : TimeSpan.FromMilliseconds(_timeLeftMs);

    /// <summary>The time that its sender states, in microseconds; null for none, or where it can't be read.</summary>
    public long? StatedTimeoutUs =>
        _timeLeftMs != NoTimeLeft ? _timeLeftMs * 1000
        : RequestHead.TryReadTimeout(Delivery.Message, out var timeout, out _) && timeout is { } stated ? (long)stated.TotalMicroseconds
        : null;

    /// <summary>When it was taken out of <see cref="WaitingRoom"/>.</summary>
    public long BegunAt { get; set; }

    /// <summary>How long it waited between its sending and that; of a stranger's only what it waited here.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>The same in whole milliseconds, where all of it is known; otherwise 0.</summary>
    public long WaitMs { get; set; }

    /// <summary>Whether it was taken out to be refused.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Whether it is run although it looks hopeless.</summary>
    public bool IsTrial { get; set; }

    /// <summary>When its time ends, in microseconds of our clock. For <see cref="FairRoom"/>, as are the next three.</summary>
    public long EndsUs { get; set; }

    /// <summary>From when on it has waited for long.</summary>
    public long LongUs { get; set; }

    public WorkerCall? Older { get; set; }

    public WorkerCall? Newer { get; set; }

    /// <summary>What stops its handler; null until one runs.</summary>
    public RunningCall? Running { get; set; }

    public bool IsCommand => Delivery.Tag.Queue != QueueKind.Calls;

    /// <summary>When a command failed for the first time here, if it did.</summary>
    public string? FirstFailure { get; set; }

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

    /// <summary>Since when its delivery is held here after its handler has failed; null while it is not.</summary>
    public long? HeldSince { get; set; }

    /// <summary>What it runs by; null before it has been let in.</summary>
    public ConcurrencyGate? Gate { get; set; }

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

    /// <summary>How the reply's body is compressed; null for not at all.</summary>
    public string? ReplyEncoding { get; set; }

    /// <summary>The type and content type of a reply with a body.</summary>
    public FrameNames? ReplyNames { get; set; }

    /// <summary>The handler's headers and trailers, as they travel; null for none.</summary>
    public Dictionary<string, object?>? Metadata { get; set; }

    /// <summary>Whether somebody settles it, or has.</summary>
    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    /// <summary>The one call of a plain message.</summary>
    public static WorkerCall Rent(Delivery delivery)
    {
        var call = Rent();
        ref readonly var message = ref delivery.Message;
        call.Delivery = delivery;
        call.Method = message.Type;
        call.ContentType = message.ContentType;
        call.Headers = message.Headers;
        call.Body = delivery.Body;
        call.Id = message.CorrelationId is { } text ? new CallId(text) : CallId.None;
        call._timeLeftMs = NoTimeLeft;
        return call;
    }

    /// <summary>One call of a batch.</summary>
    public static WorkerCall Rent(Delivery delivery, in BatchFrame frame, long? timeLeftMs)
    {
        var call = Rent();
        call.Delivery = delivery;
        call.Method = frame.Type;
        call.ContentType = frame.ContentType;
        call.Headers = frame.Headers;
        call.Body = frame.Body;
        call.Id = new CallId(frame.Id, null);
        call._timeLeftMs = timeLeftMs ?? NoTimeLeft;
        return call;
    }

    /// <summary>Somebody else keeps it too, until <see cref="Release"/>.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Gives it back with the last of those who keep it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && _pool.Count < MaxPooled)
        {
            Delivery = null!;
            Gate = null;
            Headers = null;
            Body = default;
            Handler = null;
            Outcome = null;
            Metadata = null;
            _pool.Enqueue(this);
        }
    }

    /// <summary>Gives the outcome, unless there is one.</summary>
    public void Refuse(StatusCode status, string detail, FailureReason reason = FailureReason.None, bool mayHaveRun = false) =>
        Outcome ??= WorkerOutcome.Failed(new ReplyHead { Status = status, Detail = detail, Reason = reason, MayHaveRun = mayHaveRun });

    /// <summary>Compresses the reply, where the handler or the worker's options want it and the caller reads it.</summary>
    public void CompressReply(CompressionOptions options, ReplyCompression wanted, int limitBytes)
    {
        if (Headers is null || ReplyBody is null || ReplyEncoding is not null)
        {
            return;
        }

        var plan = CompressionPlan.OfReply(options, wanted, Headers);
        if (plan.Encoding is not null)
        {
            var body = ReplyBody;
            ReplyEncoding = BodyCompressor.Compress(ref body, plan, limitBytes);
            ReplyBody = body;
        }
    }

    /// <summary>Says that somebody settles it from here. False when that has been said before.</summary>
    public bool TryClaimSettling() => Interlocked.Exchange(ref _settled, 1) == 0;

    /// <summary>Leaves it unsettled, unless it has been settled.</summary>
    public void Abandon()
    {
        if (TryClaimSettling())
        {
            Delivery.Abandon();
        }
    }

    /// <summary>It has been served: what it held is given back. Last.</summary>
    public void Leave()
    {
        ReplyBody?.Return();
        ReplyBody = null;
        if (Delivery.Replies is { } replies)
        {
            Delivery.Link.Replies.Leave(replies);
        }

        Release();
    }

    private static WorkerCall Rent()
    {
        if (!_pool.TryDequeue(out var call))
        {
            call = new WorkerCall();
        }

        call._holders = 1;
        call._settled = 0;
        call.Draining = false;
        call.IsRefused = false;
        call.IsTrial = false;
        call.WaitMs = 0;
        call.FirstFailure = null;
        call.HeldSince = null;
        call.HandlerUs = BatchFormat.NoTimeout;
        call.ReplyNames = null;
        call.ReplyEncoding = null;
        return call;
    }
}
