using System.Globalization;

namespace Messaging.Wire;

/// <summary>Every name that this library puts on the wire. <c>docs/wire-protocol.md</c> tells what each means.</summary>
internal static class WireNames
{
    /// <summary>Request header: the time that remained when the request was sent, in milliseconds, where the expiration property does not say it.</summary>
    public const string TimeoutMs = "timeout-ms";

    /// <summary>
    /// Request header, and that of the answer to a question of the type <see cref="ClockType"/>: the sender's monotonic time
    /// when it handed the message to its connection, in microseconds since any instant of its own.
    /// </summary>
    public const string SentUs = "sent-us";

    /// <summary>Reply header: how long the call waited between its sending and its beginning or refusal, in whole milliseconds; of a batch's calls the longest.</summary>
    public const string WaitMs = "wait-ms";

    /// <summary>Request header: which attempt of the requester this is, where it is not the first.</summary>
    public const string Attempt = "attempt";

    /// <summary>Request header: the requester reads batches of replies in this version of the format, and is told how long handlers take.</summary>
    public const string Batch = "batch";

    /// <summary>Reply header, only for who reads batches: how long the handler took in microseconds; negative where none ran.</summary>
    public const string HandlerTime = "handler-us";

    /// <summary>
    /// How a body is compressed. A property on a message of its own; a header in the frames of batches, in the outbox's
    /// table, and everywhere in this process.
    /// </summary>
    public const string ContentEncoding = "content-encoding";

    /// <summary>Request header: how the reply, or its items, may be compressed.</summary>
    public const string AcceptEncoding = "accept-encoding";

    /// <summary>W3C trace context: https://www.w3.org/TR/trace-context/</summary>
    public const string TraceParent = "traceparent";

    /// <summary>W3C trace context: https://www.w3.org/TR/trace-context/</summary>
    public const string TraceState = "tracestate";

    /// <summary>Reply header: the status code's number. Absent from a reply that is OK.</summary>
    public const string Status = "status";

    /// <summary>Reply header: what happened, for people.</summary>
    public const string Detail = "detail";

    /// <summary>Reply header: the name of the declared fault whose fields are the body.</summary>
    public const string FaultType = "fault-type";

    /// <summary>Reply header: present and true where the handler may have run although the status says it failed.</summary>
    public const string MayHaveRun = "may-have-run";

    /// <summary>Reply header: the name of a <see cref="FailureReason"/>, where the worker's system and not its handler failed.</summary>
    public const string Reason = "reason";

    /// <summary>Reply header: the handler's stack trace, where the worker's options send it.</summary>
    public const string StackTrace = "stack-trace";

    /// <summary>Prefix of the reply headers that are the handler's trailers.</summary>
    public const string TrailerPrefix = "trailer-";

    /// <summary>Method that every worker serves: it answers with the description of its service.</summary>
    public const string DescribeMethod = "messaging.describe";

    /// <summary>Dead-letter header: why the message is there.</summary>
    public const string DeadReason = "dead-reason";

    /// <summary>Dead-letter header: the type of the exception that the handler threw.</summary>
    public const string DeadExceptionType = "dead-exception-type";

    /// <summary>Dead-letter header: the message of the exception that the handler threw.</summary>
    public const string DeadExceptionMessage = "dead-exception-message";

    /// <summary>Dead-letter header: how often the message was delivered.</summary>
    public const string DeadAttempts = "dead-attempts";

    /// <summary>Dead-letter header: the handler's stack trace, where the worker's options keep it.</summary>
    public const string DeadStackTrace = "dead-stack-trace";

    /// <summary>Dead-letter header: when it failed for the last time, by the worker's clock (ISO 8601, UTC).</summary>
    public const string DeadLastFailure = "dead-last-failure";

    /// <summary>Dead-letter header: the worker that gave it up, as machine/process id.</summary>
    public const string DeadWorker = "dead-worker";

    /// <summary>Dead-letter header: the queue of the service's that the command came from, and goes back to when it is replayed.</summary>
    public const string DeadQueue = "dead-queue";

    /// <summary>Header of a command that was replayed from the dead-letter queue: a line for each time that it had been there.</summary>
    public const string DeadHistory = "dead-history";

    /// <summary>Header of a command that is tried again, and of its dead letter: when it failed for the first time, by the worker's clock (ISO 8601, UTC).</summary>
    public const string FirstFailure = "first-failure";

    /// <summary>Command header: the seconds that its delay goes on after this delivery.</summary>
    public const string DelayLeft = "delay-left";

    /// <summary>Command header: present where the command was delayed by its sender, so that a worker looks whether it was cancelled.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Never on the wire: among the headers in the outbox's table, the queue of a command that is not for the commands queue.</summary>
    public const string OutboxQueue = "outbox-queue";

    /// <summary>Never on the wire: among the headers in the outbox's table, the key of an ordered command.</summary>
    public const string OutboxKey = "outbox-key";

    /// <summary>Header that quorum queues add: how often the message was delivered before.</summary>
    public const string DeliveryCount = "x-delivery-count";

    /// <summary>Type of a reply that carries a value.</summary>
    public const string ReplyType = "reply";

    /// <summary>Type of a reply that carries a failure.</summary>
    public const string FaultReplyType = "fault";

    /// <summary>Type of a message that carries several calls, or several replies.</summary>
    public const string BatchType = "batch";

    /// <summary>Type of a message that cancels a call.</summary>
    public const string CancelType = "cancel";

    /// <summary>Type of the message by which a worker asks a requester for its monotonic time, and of the answer.</summary>
    public const string ClockType = "clock";

    /// <summary>Type of the message by which a worker says that it is there, and what it does.</summary>
    public const string AnnounceType = "announce";

    /// <summary>Type of the message that asks all workers to announce themselves.</summary>
    public const string RollCallType = "roll-call";

    /// <summary>The routing key on <c>amq.direct</c> by which catalogues hear of workers.</summary>
    public const string AnnounceKey = "messaging.announce";

    /// <summary>The routing key on <c>amq.direct</c> by which all workers hear that a catalogue asks for them.</summary>
    public const string RollCallKey = "messaging.roll-call";

    /// <summary>Prefix of the names of the queues by which catalogues hear of workers.</summary>
    public const string CatalogueQueuePrefix = "messaging.catalogue.";

    /// <summary>Request header: the requester reads a stream, and batches of its items, in this version of the protocol.</summary>
    public const string Stream = "stream";

    /// <summary>Header: how many items the other side may send at first.</summary>
    public const string StreamWindowItems = "window-items";

    /// <summary>Header: how many bytes of items the other side may send at first.</summary>
    public const string StreamWindowBytes = "window-bytes";

    /// <summary>Header of a stream's opening: the queue to which the requester sends what belongs to the stream.</summary>
    public const string StreamAddress = "stream-address";

    /// <summary>Header of a stream's message that travels alone: an item's number, or the number of items at the end.</summary>
    public const string StreamSequence = "sequence";

    /// <summary>Type of the message by which a worker takes a stream.</summary>
    public const string StreamOpenType = "open";

    /// <summary>Type of the message that carries the handler's headers, before the first item.</summary>
    public const string StreamHeadersType = "headers";

    /// <summary>Type of a message that carries an item.</summary>
    public const string StreamItemType = "item";

    /// <summary>Type of the message that ends one direction of a stream.</summary>
    public const string StreamEndType = "end";

    /// <summary>Type of a message that lets the other side send more.</summary>
    public const string StreamCreditType = "credit";

    /// <summary>Type of a message that says only that somebody is there.</summary>
    public const string StreamAliveType = "alive";

    /// <summary>Prefix of the names of the queues that belong to one worker each.</summary>
    public const string WorkerQueuePrefix = "messaging.worker.";

    /// <summary>Prefix of the names of requesters' reply queues.</summary>
    public const string ReplyQueuePrefix = "messaging.reply.";

    /// <summary>The exchange to which messages come whose delay is over, for their queues to take.</summary>
    public const string DelayDue = "messaging.delay.due";

    /// <summary>What people call the exchanges and queues of all levels of delay.</summary>
    public const string DelayLevels = "messaging.delay.*";

    /// <summary>The exchange and the queue for delayed messages whose queue was deleted meanwhile.</summary>
    public const string DelayLost = "messaging.delay.lost";

    /// <summary>The exchange, and the queue behind it, that knows the queues for which messages can be delayed.</summary>
    public const string DelayKnown = "messaging.delay.known";

    /// <summary>The exchange whose bindings are the delayed commands that were cancelled.</summary>
    public const string Cancelled = "messaging.cancelled";

    /// <summary>The queue to which the cancellations of some weeks are bound.</summary>
    public static string CancelledQueue(long epoch) => string.Create(CultureInfo.InvariantCulture, $"{Cancelled}.{epoch}");

    /// <summary>The queue in which a service's calls wait while the node that holds their own queue is away.</summary>
    public static string StandbyQueue(string service) => service + StandbySuffix;

    /// <summary>How the names of such queues end.</summary>
    public const string StandbySuffix = ".standby";

    /// <summary>The commands queue of a service.</summary>
    public static string CommandsQueue(string service) => service + ".commands";

    /// <summary>The queue of a service's urgent commands.</summary>
    public static string HighCommandsQueue(string service) => service + ".commands.high";

    /// <summary>The queue of one partition of a service's ordered commands.</summary>
    public static string PartitionQueue(string service, int partition) => string.Create(CultureInfo.InvariantCulture, $"{service}.commands.{partition}");

    /// <summary>The exchange and the queue of a level of delay, which lasts 2^<paramref name="level"/> seconds.</summary>
    public static string DelayLevel(int level) => string.Create(CultureInfo.InvariantCulture, $"messaging.delay.{level}");

    /// <summary>The dead-letter queue of a service.</summary>
    public static string DeadLetterQueue(string service) => service + ".dead";

    /// <summary>The routing key on <c>amq.direct</c> by which a service's workers hear of cancelled calls.</summary>
    public static string CancelKey(string service) => service + ".cancel";
}
