namespace Messaging.Wire;

/// <summary>
/// Which reply-to addresses are answered. A reply goes to the queue that the request names; without a rule a stranger
/// could make workers write into any work queue of the vhost.
/// </summary>
internal static class ReplyAddress
{
    /// <summary>Our reply queues, RabbitMQ's direct reply-to addresses, and queues named by the server: clients can't declare the last two themselves.</summary>
    public static IReadOnlyList<string> DefaultPrefixes { get; } = [WireNames.ReplyQueuePrefix, "amq.rabbitmq.reply-to.", "amq.gen-"];

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
