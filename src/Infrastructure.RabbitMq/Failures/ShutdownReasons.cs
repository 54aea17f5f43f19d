using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Says why a channel or a connection ended.</summary>
internal static class ShutdownReasons
{
    public static string Explain(string what, ShutdownEventArgs reason)
    {
        var who = reason.Initiator switch
        {
            ShutdownInitiator.Application => "was closed here",
            ShutdownInitiator.Peer => "was closed by the broker",
            _ => "was lost",
        };
        var code = reason.ReplyCode == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" {reason.ReplyCode}");
        var text = string.IsNullOrEmpty(reason.ReplyText) ? string.Empty : ": " + reason.ReplyText;
        var cause = reason.Exception is { } exception && !string.Equals(exception.Message, reason.ReplyText, StringComparison.Ordinal)
            ? $" ({exception.Message})"
            : string.Empty;
        return $"the {what} {who}{code}{text}{cause}";
    }
}
