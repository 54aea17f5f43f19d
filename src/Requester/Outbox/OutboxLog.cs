using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Messaging.Outbox;

/// <summary>What the outbox says. A log that throws must not end the loop that everything in the outbox hangs on.</summary>
internal static partial class OutboxLog
{
    public static void Failing(this ILogger<OutboxDispatcher> logger, string reason) => Tell(() => LogFailing(logger, reason));

    public static void GoesOn(this ILogger<OutboxDispatcher> logger) => Tell(() => LogGoesOn(logger));

    public static void Held(this ILogger<OutboxDispatcher> logger, string service, string reason) => Tell(() => LogHeld(logger, service, reason));

    public static void SetAside(this ILogger<OutboxDispatcher> logger, OutboxEntry entry, string reason) =>
        Tell(() => LogSetAside(logger, entry.Command.Service, entry.Command.Operation, entry.Command.MessageId, entry.Number, reason));

    public static void Unfinished(this ILogger<OutboxDispatcher> logger, int count, string reason) => Tell(() => LogUnfinished(logger, count, reason));

    private static void Tell(Action log)
    {
        try
        {
            log();
        }
        catch (Exception exception)
        {
            Debug.WriteLine(exception);
        }
    }

    [LoggerMessage(300, LogLevel.Warning, "The outbox can't publish at present and keeps its commands: {Reason} It goes on by itself.")]
    private static partial void LogFailing(ILogger logger, string reason);

    [LoggerMessage(301, LogLevel.Information, "The outbox publishes again.")]
    private static partial void LogGoesOn(ILogger logger);

    [LoggerMessage(302, LogLevel.Warning, "The outbox keeps the commands for {Service} at present: {Reason} It tries again by itself.")]
    private static partial void LogHeld(ILogger logger, string service, string reason);

    [LoggerMessage(303, LogLevel.Error, "Set aside in the outbox: {Service}/{Operation} (message id {MessageId}, row {Number}): {Reason} Set the row's column failure to NULL to try again.")]
    private static partial void LogSetAside(ILogger logger, string service, string operation, string messageId, long number, string reason);

    [LoggerMessage(304, LogLevel.Warning, "The outbox stopped with {Count} commands unconfirmed or not deleted, which are published again: {Reason}")]
    private static partial void LogUnfinished(ILogger logger, int count, string reason);
}
