using System.Collections.Frozen;

namespace Messaging.Wire;

/// <summary>
/// The headers that RabbitMQ writes itself, of all versions from 3.10: the one list of them. They tell of the message
/// that has them, not of its copies. Exactly these: what begins with <c>x-</c> besides is the sender's.
/// </summary>
internal static class BrokerHeaders
{
    /// <summary>All that happened to a dead-lettered message. https://www.rabbitmq.com/docs/dlx#effects</summary>
    public const string Death = "x-death";

    public const string FirstDeathReason = "x-first-death-reason";

    /// <summary>From 3.13.</summary>
    public const string LastDeathReason = "x-last-death-reason";

    private static readonly FrozenSet<string> _names = FrozenSet.Create(
        StringComparer.Ordinal,

        // Dead-lettering, all versions; the last death from 3.13; a list of deaths that was none.
        Death, "x-first-death-exchange", "x-first-death-queue", FirstDeathReason,
        "x-last-death-exchange", "x-last-death-queue", LastDeathReason, "x-invalid-headers",

        // Quorum queues, all versions; acquisitions from 4.3.
        WireNames.DeliveryCount, "x-acquired-count",

        // Federation and shovels. https://www.rabbitmq.com/docs/federated-exchanges, https://www.rabbitmq.com/docs/shovel
        "x-received-from", "x-original-exchange", "x-original-routing-key", "x-original-cc", "x-shovelled", "x-shovelled-timestamp",
        "x-opt-shovelled-by", "x-opt-shovel-type", "x-opt-shovel-name", "x-opt-shovelled-timestamp",

        // Message interceptors and what AMQP 1.0 calls the above, from 3.12 and 4.0.
        "x-routed-by", "x-opt-deaths", "x-opt-rabbitmq-received-time", "x-opt-rabbitmq-sent-time", "x-opt-mqtt-client-id",

        // Commands to the broker, which a copy must not repeat: it routes to these queues too. https://www.rabbitmq.com/docs/sender-selected
        "CC", "BCC");

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> All => _names;

    /// <summary>Whether the broker writes it, or is commanded by it. Names differ by case, as for the broker.</summary>
    public static bool IsOne(string name) => _names.Contains(name);

    /// <summary>The headers of a message for a copy of it: all but the broker's, as they are.</summary>
    public static Dictionary<string, object?> CopyWithout(IReadOnlyDictionary<string, object?>? headers)
    {
        var copy = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                if (!IsOne(name))
                {
                    copy[name] = value;
                }
            }
        }

        return copy;
    }
}
