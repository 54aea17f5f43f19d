using System.Text.RegularExpressions;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>
/// The arguments by which the broker keeps what it can't hand on, and refuses what is too much instead of dropping the
/// oldest. Queues of earlier versions lack them, and an argument can't be changed; a policy gives the same.
/// </summary>
internal static class QueueSafety
{
    private const string Strategy = "x-dead-letter-strategy";
    private const string Overflow = "x-overflow";

    /// <summary>Has the queue refuse what is more than a limit that a policy sets.</summary>
    public static void RefuseOverflow(Dictionary<string, object?> arguments) => arguments[Overflow] = "reject-publish";

    /// <summary>Has the broker keep what it dead-letters until it is safe elsewhere. It asks for the overflow: RabbitMQ 3.10.</summary>
    public static void DeadLetterAtLeastOnce(Dictionary<string, object?> arguments)
    {
        arguments[Strategy] = "at-least-once";
        RefuseOverflow(arguments);
    }

    /// <summary>Whether the broker complains of nothing but these.</summary>
    public static bool IsAbout(ShutdownEventArgs reason) =>
        reason.ReplyText.Contains($"inequivalent arg '{Strategy}'", StringComparison.Ordinal)
        || reason.ReplyText.Contains($"inequivalent arg '{Overflow}'", StringComparison.Ordinal);

    /// <summary>What earlier versions declared the same queue with.</summary>
    public static Dictionary<string, object?> Without(IReadOnlyDictionary<string, object?> arguments)
    {
        var earlier = new Dictionary<string, object?>(arguments, StringComparer.Ordinal);
        earlier.Remove(Strategy);
        earlier.Remove(Overflow);
        return earlier;
    }

    /// <summary>The command that gives a queue by policy what it lacks.</summary>
    public static string Command(string queue, IReadOnlyDictionary<string, object?> arguments)
    {
        var definition = arguments.ContainsKey(Strategy)
            ? """{"dead-letter-strategy":"at-least-once","overflow":"reject-publish"}"""
            : """{"overflow":"reject-publish"}""";
        return $"rabbitmqctl set_policy --apply-to queues {queue} '^{Regex.Escape(queue)}$' '{definition}'";
    }
}
