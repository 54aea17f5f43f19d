using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messaging.Observers;
using Messaging.Wire;

namespace Messaging.Telemetry;

/// <summary>What is measured on the path of calls and commands. Nothing is done where nobody listens.</summary>
internal static class MessagingMetrics
{
    /// <summary>The conventions' attribute of what failed.</summary>
    public const string ErrorType = "error.type";

    private const string Destination = "messaging.destination.name";
    private const string OperationName = "messaging.operation.name";
    private const string Method = "rpc.method";
    private const string Status = "rpc.response.status_code";
    private const string Overloaded = "OVERLOADED";
    private const string Fault = "FAULT";
    private const string Unsettled = "UNSETTLED";

    private static readonly string[] _statuses = [.. Enum.GetValues<StatusCode>().Select(static status => SpellStatus(status.ToString()))];

    private static readonly InstrumentAdvice<double> _durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly GuardedHistogram<double> _operationDuration = MessagingTelemetry.Instruments.Histogram(
        "messaging.client.operation.duration", "s", "Time from a call's or command's first instant to its outcome.", _durations);

    private static readonly GuardedHistogram<double> _processDuration = MessagingTelemetry.Instruments.Histogram(
        "messaging.process.duration", "s", "Time in a handler.", _durations);

    private static readonly GuardedHistogram<double> _queueTime = MessagingTelemetry.Instruments.Histogram(
        "messaging.client.queue.duration", "s", "A call's round trip without the time in its handler.", _durations);

    private static readonly GuardedHistogram<int> _batchSize = MessagingTelemetry.Instruments.Histogram(
        "messaging.batch.size", "{item}", "How many calls, replies or items share a message.", new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    private static readonly GuardedCounter _lostLinks = MessagingTelemetry.Instruments.Counter(
        "messaging.link.losses", "{link}", "Links to the broker that were lost.");

    /// <summary>Counts a call's, a stream's or a command's outcome.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="startedAt">The timestamp of its first instant.</param>
    /// <param name="failure">How it failed; null where it didn't.</param>
    /// <param name="time">The clock.</param>
    public static void RecordOutcome(OperationDescriptor operation, long startedAt, Exception? failure, TimeProvider time)
    {
        // Strangers may have any service asked for its description, and every name would be kept.
        if (!_operationDuration.Enabled || string.Equals(operation.Name, WireNames.DescribeMethod, StringComparison.Ordinal))
        {
            return;
        }

        var tags = new TagList
        {
            { Destination, operation.Service },
            { OperationName, operation.Kind switch { OperationKind.Call => "call", OperationKind.Command => "send", _ => "stream" } },
            { Method, operation.Name },
            { Status, StatusOf(failure) },
        };
        if (failure is not null)
        {
            // Refused in time is not failed. A command is refused by a full queue, which is.
            var refused = operation.Kind != OperationKind.Command && failure is RpcException { Reason: FailureReason.Overloaded };
            tags.Add(ErrorType, refused ? Overloaded : ErrorTypeOf(failure));
        }

        _operationDuration.Record(time.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    /// <summary>Counts a handler that has ended.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="microseconds">How long it took.</param>
    /// <param name="status">What its caller is told; null where nobody waits for it, or it goes back to the queue.</param>
    /// <param name="isFault">Whether that is a declared fault.</param>
    public static void RecordHandler(OperationDescriptor operation, uint microseconds, StatusCode? status, bool isFault)
    {
        if (_processDuration.Enabled)
        {
            _processDuration.Record(
                microseconds / 1e6,
                new TagList { { Destination, operation.Service }, { Method, operation.Name }, { Status, isFault ? Fault : status is { } code ? Spell(code) : Unsettled } });
        }
    }

    /// <summary>Counts the time of a call's round trip that was not its handler's.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="startedAt">The timestamp of the call's first instant.</param>
    /// <param name="handlerMicroseconds">The time in the handler, as the worker reports it.</param>
    /// <param name="time">The clock.</param>
    public static void RecordQueueTime(OperationDescriptor operation, long startedAt, long handlerMicroseconds, TimeProvider time)
    {
        if (_queueTime.Enabled && !string.Equals(operation.Name, WireNames.DescribeMethod, StringComparison.Ordinal))
        {
            // A worker may report anything.
            var queued = Math.Max(0, time.GetElapsedTime(startedAt).TotalSeconds - Math.Max(0, handlerMicroseconds / 1e6));
            _queueTime.Record(queued, new TagList { { Destination, operation.Service }, { Method, operation.Name } });
        }
    }

    /// <summary>Counts a message that was sent.</summary>
    /// <param name="count">How many share it.</param>
    /// <param name="kind">What they are.</param>
    public static void RecordBatch(int count, string kind)
    {
        if (_batchSize.Enabled)
        {
            _batchSize.Record(count, new KeyValuePair<string, object?>("messaging.batch.kind", kind));
        }
    }

    /// <summary>What <see cref="MessagingTelemetry.RefusedInTime"/> is counted by.</summary>
    /// <param name="service">The service.</param>
    /// <param name="side">Who refuses: <c>requester</c> or <c>worker</c>.</param>
    public static KeyValuePair<string, object?>[] RefusedInTimeTags(string service, string side) => [new(Destination, service), new("messaging.side", side)];

    /// <summary>Counts a link that was lost.</summary>
    /// <param name="purpose">What it is for.</param>
    public static void RecordLostLink(string purpose) => _lostLinks.Add(1, new KeyValuePair<string, object?>(ObservedState.Purpose, purpose));

    /// <summary>A status as gRPC spells it.</summary>
    public static string Spell(StatusCode status) => (uint)status < (uint)_statuses.Length ? _statuses[(int)status] : "UNKNOWN";

    /// <summary>A failure as <see cref="ErrorType"/> names it.</summary>
    public static string ErrorTypeOf(Exception failure) =>
        failure is RpcException or OperationCanceledException ? StatusOf(failure) : ExceptionText.TypeOf(failure);

    // A declared fault is an answer: whoever counts failures decides about it.
    private static string StatusOf(Exception? failure) => failure switch
    {
        null => "OK",
        RpcException rpc => Spell(rpc.Status),
        OperationCanceledException => "CANCELLED",
        _ => Fault,
    };

    private static string SpellStatus(string name)
    {
        var letters = new List<char>();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && letters.Count > 0 && char.IsLower(letters[^1]))
            {
                letters.Add('_');
            }

            letters.Add(letter);
        }

        return new string([.. letters]).ToUpperInvariant();
    }
}
