using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Messaging.Telemetry;

/// <summary>The activity source and the instruments. Both are named <c>Messaging</c>.</summary>
internal static class MessagingTelemetry
{
    public const string Name = "Messaging";

    public static ActivitySource Activities { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);

    /// <summary>Replies that found no waiting call: late, repeated or forged.</summary>
    public static Counter<long> LateReplies { get; } =
        Meter.CreateCounter<long>("messaging.client.late_replies", "{reply}", "Replies that found no waiting call.");

    /// <summary>Replies whose requester was gone.</summary>
    public static Counter<long> OrphanReplies { get; } =
        Meter.CreateCounter<long>("messaging.worker.orphan_replies", "{reply}", "Replies whose requester was gone.");

    /// <summary>Deliveries dropped without an answer, by reason.</summary>
    public static Counter<long> RefusedDeliveries { get; } =
        Meter.CreateCounter<long>("messaging.worker.refused_deliveries", "{message}", "Deliveries refused before a handler ran.");

    /// <summary>Commands put into a dead-letter queue.</summary>
    public static Counter<long> DeadLetters { get; } =
        Meter.CreateCounter<long>("messaging.worker.dead_letters", "{message}", "Commands put into a dead-letter queue.");

    /// <summary>Attempts of commands beyond the first.</summary>
    public static Counter<long> CommandRetries { get; } =
        Meter.CreateCounter<long>("messaging.worker.command_retries", "{attempt}", "Attempts of a command beyond the first.");

    /// <summary>Commands published from an outbox and confirmed.</summary>
    public static Counter<long> OutboxPublished { get; } =
        Meter.CreateCounter<long>("messaging.outbox.published", "{message}", "Commands published from an outbox and confirmed.");

    /// <summary>Commands that were set aside in an outbox because they can't be published.</summary>
    public static Counter<long> OutboxSetAside { get; } =
        Meter.CreateCounter<long>("messaging.outbox.set_aside", "{message}", "Commands set aside in an outbox because they can't be published.");

    /// <summary>Deliveries that the inbox knew and whose handler was not run again.</summary>
    public static Counter<long> InboxDuplicates { get; } =
        Meter.CreateCounter<long>("messaging.inbox.duplicates", "{message}", "Deliveries whose handler was not run again, as the inbox knew them.");

    /// <summary>Announcements of workers that can't be believed, or for which there is no room.</summary>
    public static Counter<long> RefusedAnnouncements { get; } =
        Meter.CreateCounter<long>("messaging.catalogue.refused_announcements", "{message}", "Announcements of workers that can't be believed, or for which there is no room.");

    /// <summary>Attempts beyond the first, by retry or hedging.</summary>
    public static Counter<long> Retries { get; } =
        Meter.CreateCounter<long>("messaging.client.retries", "{attempt}", "Attempts of a call beyond the first.");

    /// <summary>The current trace context to send along; null where there is none.</summary>
    public static Activity? StartCall(OperationDescriptor operation)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        var command = operation.Kind == OperationKind.Command;
        var activity = Activities.StartActivity(operation.SendingSpan, command ? ActivityKind.Producer : ActivityKind.Client);
        return activity is { IsAllDataRequested: true } ? Describe(activity, operation).SetTag("messaging.operation.type", "send") : activity;
    }

    /// <summary>The activity of a call that is pending while its caller goes on: it is not the caller's current one.</summary>
    public static Activity? StartPending(OperationDescriptor operation)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        var callers = Activity.Current;
        var activity = StartCall(operation);
        Activity.Current = callers;
        return activity;
    }

    /// <summary>The activity of a handler, a child of the caller's wherever that runs.</summary>
    public static Activity? StartHandling(OperationDescriptor operation, string? traceParent, string? traceState)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        var command = operation.Kind == OperationKind.Command;
        var activity = Activities.StartActivity(operation.ProcessingSpan, command ? ActivityKind.Consumer : ActivityKind.Server, parent);
        return activity is { IsAllDataRequested: true } ? Describe(activity, operation).SetTag("messaging.operation.type", "process") : activity;
    }

    /// <summary>Marks a span as failed, with what a caller gets.</summary>
    /// <remarks>https://opentelemetry.io/docs/specs/semconv/general/recording-errors/</remarks>
    public static void Fail(Activity? activity, Exception failure)
    {
        if (activity is not null)
        {
            Fail(activity, failure is RpcException rpc ? rpc.Detail : failure.Message, MessagingMetrics.ErrorTypeOf(failure));
        }
    }

    /// <summary>Marks a span as failed.</summary>
    /// <param name="activity">The span; null for none.</param>
    /// <param name="detail">What a caller is told.</param>
    /// <param name="errorType">The status as gRPC spells it, or the exception's type.</param>
    public static void Fail(Activity? activity, string detail, string errorType) =>
        activity?.SetStatus(ActivityStatusCode.Error, detail).SetTag(MessagingMetrics.ErrorType, errorType);

    private static Activity Describe(Activity activity, OperationDescriptor operation) => activity
        .SetTag("messaging.system", "messaging")
        .SetTag("messaging.destination.name", operation.Service)
        .SetTag("messaging.operation.name", operation.Name)
        .SetTag("rpc.system", "messaging")
        .SetTag("rpc.service", operation.Service)
        .SetTag("rpc.method", operation.Name);
}
