using Microsoft.Extensions.Logging;

namespace Messaging.Streams;

/// <summary>What is logged of a requester's streams.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(270, LogLevel.Warning, "The stream {Operation} has ended, and what its caller registered on the token of its items threw. Nothing else was harmed.")]
    public static partial void ItemsNotStopped(ILogger logger, Exception exception, string operation);
}
