using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Telemetry;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>What went wrong on the path of deliveries, outside of their handlers: counted, logged, and remembered for a while for health.</summary>
internal sealed partial class WorkerTrouble(string service, TimeProvider time, ILogger logger)
{
    /// <summary>For so long after the last of it a worker says so.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private volatile Incident? _last;

    /// <summary>What happened of late; null for nothing.</summary>
    public string? Current => _last is { } last && time.GetElapsedTime(last.At) < Remembered ? last.What : null;

    /// <summary>A delivery could not be served to the end. It is settled all the same.</summary>
    public void Report(WorkerCall call, Exception exception)
    {
        MessagingTelemetry.BrokenDeliveries.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", service));
        var what = ExceptionText.MessageOf(exception);
        _last = new Incident(time.GetTimestamp(), $"{service}/{call.Method} could not be served to the end: {ExceptionText.TypeOf(exception)}: {what}");
        if (exception is TransportException)
        {
            LogNotSent(logger, service, call.Method, call.CorrelationId, what);
        }
        else
        {
            LogBroken(logger, exception, service, call.Method, call.CorrelationId);
        }
    }

    [LoggerMessage(230, LogLevel.Error, "What {Service}/{Method} (correlation id {CorrelationId}) has to say can't be published, so its caller is told only that: {Reason}")]
    private static partial void LogNotSent(ILogger logger, string service, string? method, string? correlationId, string reason);

    [LoggerMessage(222, LogLevel.Critical, "Serving {Service}/{Method} (correlation id {CorrelationId}) failed outside of its handler. This is a bug; please report it.")]
    private static partial void LogBroken(ILogger logger, Exception exception, string service, string? method, string? correlationId);

    private sealed record Incident(long At, string What);
}
