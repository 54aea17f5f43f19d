using System.Globalization;
using System.Numerics;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.RabbitMq;

/// <summary>
/// How a delayed message finds its way: its routing key is the delay in seconds as binary digits, the highest first, one
/// word each, then the queue's name. At each level the digit decides whether the message waits in that level's queue.
/// </summary>
internal static class DelayRouting
{
    private const int Levels = OutboundMessage.DelayLevels;

    /// <summary>The exchange that a message is published to: the first at which it waits.</summary>
    public static string Exchange(int seconds) => WireNames.DelayLevel(BitOperations.Log2((uint)seconds));

    public static string Key(int seconds, string queue) => string.Create(
        (2 * Levels) + queue.Length,
        (seconds, queue),
        static (key, message) =>
        {
            for (var digit = 0; digit < Levels; digit++)
            {
                key[2 * digit] = (message.seconds >> (Levels - 1 - digit) & 1) == 1 ? '1' : '0';
                key[(2 * digit) + 1] = '.';
            }

            message.queue.CopyTo(key[(2 * Levels)..]);
        });

    public static string QueueOf(string key) => key.Length > 2 * Levels ? key[(2 * Levels)..] : key;

    /// <summary>What of a level's exchange goes where: messages with this digit at that level.</summary>
    public static string Pattern(int level, int digit) =>
        Stars(Levels - 1 - level) + digit.ToString(CultureInfo.InvariantCulture) + ".#";

    /// <summary>
    /// What of the due messages goes to a queue. The digits are counted out: were they <c>#</c>, a queue
    /// <c>orders.commands</c> would also take what is for <c>a.orders.commands</c>.
    /// </summary>
    public static string DuePattern(string queue) => Stars(Levels) + queue;

    private static string Stars(int count) => string.Concat(Enumerable.Repeat("*.", count));
}
