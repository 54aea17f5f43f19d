using System.Diagnostics;
using System.Diagnostics.Metrics;
using Messaging.Observers;

namespace Messaging.Telemetry;

/// <summary>The activity source and the instruments. Both are named <c>Messaging</c>.</summary>
internal static class MessagingTelemetry
{
    public const string Name = "Messaging";

    // Declared first: the instruments below are made by it.
    private static readonly Meter _meter = new(Name);

    private static readonly ActivitySource? _activities = CreateSource();

    /// <summary>Makes the instruments.</summary>
    public static InstrumentMaker Instruments { get; } = new(_meter);

    /// <summary>The meter, for what is asked for.</summary>
    public static Meter Meter => _meter;

    /// <summary>Replies that found no waiting call: late, repeated or forged.</summary>
    public static GuardedCounter LateReplies { get; } =
        Instruments.Counter("messaging.client.late_replies", "{reply}", "Replies that found no waiting call.");

    /// <summary>Replies whose requester was gone.</summary>
    public static GuardedCounter OrphanReplies { get; } =
        Instruments.Counter("messaging.worker.orphan_replies", "{reply}", "Replies whose requester was gone.");

    /// <summary>Deliveries dropped without an answer, by reason.</summary>
    public static GuardedCounter RefusedDeliveries { get; } =
        Instruments.Counter("messaging.worker.refused_deliveries", "{message}", "Deliveries refused before a handler ran.");

    /// <summary>Commands put into a dead-letter queue.</summary>
    public static GuardedCounter DeadLetters { get; } =
        Instruments.Counter("messaging.worker.dead_letters", "{message}", "Commands put into a dead-letter queue.");

    /// <summary>Attempts of commands beyond the first.</summary>
    public static GuardedCounter CommandRetries { get; } =
        Instruments.Counter("messaging.worker.command_retries", "{attempt}", "Attempts of a command beyond the first.");

    /// <summary>Commands published from an outbox and confirmed.</summary>
    public static GuardedCounter OutboxPublished { get; } =
        Instruments.Counter("messaging.outbox.published", "{message}", "Commands published from an outbox and confirmed.");

    /// <summary>Commands that were set aside in an outbox because they can't be published.</summary>
    public static GuardedCounter OutboxSetAside { get; } =
        Instruments.Counter("messaging.outbox.set_aside", "{message}", "Commands set aside in an outbox because they can't be published.");

    /// <summary>Deliveries that the inbox knew and whose handler was not run again.</summary>
    public static GuardedCounter InboxDuplicates { get; } =
        Instruments.Counter("messaging.inbox.duplicates", "{message}", "Deliveries whose handler was not run again, as the inbox knew them.");

    /// <summary>Announcements of workers that can't be believed, or for which there is no room.</summary>
    public static GuardedCounter RefusedAnnouncements { get; } =
        Instruments.Counter("messaging.catalogue.refused_announcements", "{message}", "Announcements of workers that can't be believed, or for which there is no room.");

    /// <summary>Calls that were refused as they could not be answered in time, by the requester or by the worker.</summary>
    public static GuardedCounter RefusedInTime { get; } =
        Instruments.Counter("messaging.refused_in_time", "{call}", "Calls refused at once, as they could not be answered in time.");

    /// <summary>Attempts beyond the first, by retry or hedging.</summary>
    public static GuardedCounter Retries { get; } =
        Instruments.Counter("messaging.client.retries", "{attempt}", "Attempts of a call beyond the first.");

    /// <summary>Deliveries whose pipeline broke and that were settled all the same.</summary>
    public static GuardedCounter BrokenDeliveries { get; } =
        Instruments.Counter("messaging.worker.broken_deliveries", "{message}", "Deliveries that could not be served to the end and were settled all the same.");

    /// <summary>The current trace context to send along; null where there is none.</summary>
    public static Activity? StartCall(OperationDescriptor operation) =>
        _activities is { } source && source.HasListeners()
            ? Start(source, operation.SendingSpan, operation.Kind == OperationKind.Command ? ActivityKind.Producer : ActivityKind.Client, parent: default, operation, "send")
            : null;

    /// <summary>The activity of a call that is pending while its caller goes on: it is not the caller's current one.</summary>
    public static Activity? StartPending(OperationDescriptor operation)
    {
        if (_activities is null || !_activities.HasListeners())
        {
            return null;
        }

        var callers = Activity.Current;
        var activity = StartCall(operation);
        MakeCurrent(callers);
        return activity;
    }

    /// <summary>The activity of a handler, a child of the caller's wherever that runs. Ends with <see cref="End"/>.</summary>
    public static Activity? StartHandling(OperationDescriptor operation, string? traceParent, string? traceState)
    {
        if (_activities is null || !_activities.HasListeners())
        {
            return null;
        }

        _ = ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        var command = operation.Kind == OperationKind.Command;
        return Start(_activities, operation.ProcessingSpan, command ? ActivityKind.Consumer : ActivityKind.Server, parent, operation, "process");
    }

    /// <summary>Marks a span as failed, with what a caller gets.</summary>
    /// <remarks>https://opentelemetry.io/docs/specs/semconv/general/recording-errors/</remarks>
    public static void Fail(Activity? activity, Exception failure)
    {
        if (activity is not null)
        {
            Fail(activity, failure is RpcException rpc ? rpc.Detail : ExceptionText.MessageOf(failure), MessagingMetrics.ErrorTypeOf(failure));
        }
    }

    /// <summary>Marks a span as failed.</summary>
    /// <param name="activity">The span; null for none.</param>
    /// <param name="detail">What a caller is told.</param>
    /// <param name="errorType">The status as gRPC spells it, or the exception's type.</param>
    public static void Fail(Activity? activity, string detail, string errorType) =>
        activity?.SetStatus(ActivityStatusCode.Error, detail).SetTag(MessagingMetrics.ErrorType, errorType);

    /// <summary>Notes an exception that did not fail the span.</summary>
    public static void Note(Activity? activity, Exception exception)
    {
        if (activity is not null)
        {
            try
            {
                activity.AddException(exception);
            }
            catch (Exception failure)
            {
                ObserverFailures.Count(Observer.Activities, failure);
            }
        }
    }

    /// <summary>Ends a span, whatever those do who listen.</summary>
    public static void End(Activity? activity)
    {
        if (activity is null)
        {
            return;
        }

        try
        {
            activity.Dispose();
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Activities, exception);

            // A listener that throws leaves the span the current one.
            if (ReferenceEquals(Activity.Current, activity))
            {
                MakeCurrent(activity.Parent);
            }
        }
    }

    /// <summary>Ends a span where it is disposed.</summary>
    public static Ended Ending(Activity? activity) => new(activity);

    private static Activity? Start(ActivitySource source, string name, ActivityKind kind, ActivityContext parent, OperationDescriptor operation, string type)
    {
        var before = Activity.Current;
        try
        {
            var activity = source.StartActivity(name, kind, parent);
            return activity is { IsAllDataRequested: true } ? Describe(activity, operation).SetTag("messaging.operation.type", type) : activity;
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Activities, exception);
            MakeCurrent(before);
            return null;
        }
    }

    // Whoever listens to the current activity's changes may throw too; it has changed by then.
    private static void MakeCurrent(Activity? activity)
    {
        try
        {
            Activity.Current = activity;
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Activities, exception);
        }
    }

    private static ActivitySource? CreateSource()
    {
        try
        {
            return new ActivitySource(Name);
        }
        catch (Exception exception)
        {
            // A listener threw when it was asked whether it wants the source. There is no other way to make one.
            ObserverFailures.Count(Observer.Activities, exception);
            return null;
        }
    }

    /// <summary>The end of a span.</summary>
    public readonly struct Ended(Activity? activity) : IDisposable
    {
        public void Dispose() => End(activity);
    }

    private static Activity Describe(Activity activity, OperationDescriptor operation) => activity
        .SetTag("messaging.system", "messaging")
        .SetTag("messaging.destination.name", operation.Service)
        .SetTag("messaging.operation.name", operation.Name)
        .SetTag("rpc.system", "messaging")
        .SetTag("rpc.service", operation.Service)
        .SetTag("rpc.method", operation.Name);
}
