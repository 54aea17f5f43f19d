using Microsoft.Extensions.Logging;

namespace Messaging.Hosting;

/// <summary>What the dashboard logs.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(480, LogLevel.Warning, "The dashboard is open to everybody who reaches it (Messaging:Dashboard:AllowAnonymous), to replay and delete dead letters and to call services too. Ask for authorization instead: app.MapMessagingDashboard().RequireAuthorization().")]
    public static partial void IsOpen(ILogger logger);

    [LoggerMessage(481, LogLevel.Warning, "The dashboard can't see the broker: {Detail} It tries again by itself.")]
    public static partial void BrokerLost(ILogger logger, string detail);

    [LoggerMessage(482, LogLevel.Information, "The dashboard sees the broker again.")]
    public static partial void BrokerBack(ILogger logger);

    [LoggerMessage(483, LogLevel.Information, "{User} replayed {Count} dead letters of {Service} by the dashboard ({Edited} edited).")]
    public static partial void Replayed(ILogger logger, string user, long count, string service, int edited);

    [LoggerMessage(484, LogLevel.Information, "{User} deleted {Count} dead letters of {Service} by the dashboard.")]
    public static partial void Deleted(ILogger logger, string user, long count, string service);

    [LoggerMessage(485, LogLevel.Information, "{User} tried {Service}/{Method} by the dashboard.")]
    public static partial void Tried(ILogger logger, string user, string service, string method);
}
