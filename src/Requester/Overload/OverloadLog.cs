using Microsoft.Extensions.Logging;

namespace Messaging.Overload;

/// <summary>What is logged of overload at the requester.</summary>
internal static partial class OverloadLog
{
    [LoggerMessage(292, LogLevel.Warning, "Calls to {Service} are refused in time, as its workers can't answer all of them: {Detail}")]
    public static partial void Refused(ILogger logger, string service, string detail);
}
