using Microsoft.Extensions.Logging;

namespace Messaging.Outbox;

/// <summary>What the outbox says.</summary>
internal static partial class OutboxLog
{
    public static void SetAside(this ILogger<OutboxDispatcher> logger, OutboxEntry entry, string reason) =>
        LogSetAside(logger, entry.Command.Service, entry.Command.Operation, entry.Command.MessageId, entry.Number, reason);

    [LoggerMessage(300, LogLevel.Warning, "The outbox can't publish at present and keeps its commands: {Reason} It goes on by itself.")]
    public static partial void Failing(this ILogger<OutboxDispatcher> logger, string reason);

    [LoggerMessage(301, LogLevel.Information, "The outbox publishes again.")]
    public static partial void GoesOn(this ILogger<OutboxDispatcher> logger);

    [LoggerMessage(302, LogLevel.Warning, "The outbox keeps the commands for {Service} at present: {Reason} It tries again by itself.")]
    public static partial void Held(this ILogger<OutboxDispatcher> logger, string service, string reason);

    [LoggerMessage(303, LogLevel.Error, "Set aside in the outbox: {Service}/{Operation} (message id {MessageId}, row {Number}): {Reason} Set the row's column failure to NULL to try again.")]
    private static partial void LogSetAside(ILogger logger, string service, string operation, string messageId, long number, string reason);

    [LoggerMessage(304, LogLevel.Warning, "The outbox stopped with {Count} commands unconfirmed or not deleted, which are published again: {Reason}")]
    public static partial void Unfinished(this ILogger<OutboxDispatcher> logger, int count, string reason);
}
