namespace Messaging.Wire;

/// <summary>
/// Which reply-to addresses are answered. A reply goes to the queue that the request names; without a rule a stranger
/// could make workers write into any work queue of the vhost.
/// </summary>
internal static class ReplyAddress
{
    // Of this one the broker makes the address of who publishes, and refuses it where nobody reads replies there.
    private const string OwnDirectReplies = "amq.rabbitmq.reply-to";

    /// <summary>Our reply queues, RabbitMQ's direct reply-to addresses, and queues named by the server: clients can't declare the last two themselves.</summary>
    public static IReadOnlyList<string> DefaultPrefixes { get; } = [WireNames.ReplyQueuePrefix, "amq.rabbitmq.reply-to.", "amq.gen-"];

    /// <summary>The address in a copy of a stranger's message: his own, unless it would mean whoever publishes the copy.</summary>
    public static string? OfCopy(string? replyTo) => replyTo is OwnDirectReplies ? null : replyTo;

    public static bool IsAllowed(string replyTo, IReadOnlyList<string> prefixes)
    {
        for (var i = 0; i < prefixes.Count; i++)
        {
            if (replyTo.StartsWith(prefixes[i], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
