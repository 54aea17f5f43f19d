using System.Globalization;
using Messaging.Transport;

namespace Messaging.Wire;

/// <summary>The queues that a service's commands wait in.</summary>
internal static class CommandQueues
{
    /// <summary>The queue that a command came from.</summary>
    public static string Of(string service, DeliveryTag tag) => tag.Queue switch
    {
        QueueKind.HighCommands => WireNames.HighCommandsQueue(service),
        QueueKind.OrderedCommands => WireNames.PartitionQueue(service, tag.Partition),
        _ => WireNames.CommandsQueue(service),
    };

    /// <summary>
    /// The queue that a dead letter came from, as its worker or else the broker says; the commands queue where neither
    /// names one of the service's. Anyone may have written the headers.
    /// </summary>
    public static string OriginOf(string service, IReadOnlyDictionary<string, object?>? headers)
    {
        if (headers is not null)
        {
            if (headers.TryGetValue(WireNames.DeadQueue, out var said) && HeaderValues.TryGetText(said) is { } queue && IsOne(service, queue))
            {
                return queue;
            }

            // The latest death comes first; those before may be of the delay's own queues. https://www.rabbitmq.com/docs/dlx#effects
            if (headers.TryGetValue(BrokerHeaders.Death, out var deaths) && deaths is IEnumerable<object?> list)
            {
                foreach (var death in list)
                {
                    if (death is IDictionary<string, object?> table && table.TryGetValue("queue", out var name)
                        && HeaderValues.TryGetText(name) is { } dead && IsOne(service, dead))
                    {
                        return dead;
                    }
                }
            }
        }

        return WireNames.CommandsQueue(service);
    }

    /// <summary>Whether it is a queue that the service's commands wait in.</summary>
    public static bool IsOne(string service, string queue) =>
        string.Equals(queue, WireNames.CommandsQueue(service), StringComparison.Ordinal)
        || string.Equals(queue, WireNames.HighCommandsQueue(service), StringComparison.Ordinal)
        || IsPartition(service, queue);

    private static bool IsPartition(string service, string queue) =>
        int.TryParse(queue.AsSpan(queue.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
        && partition < CommandPartition.Max
        && string.Equals(queue, WireNames.PartitionQueue(service, partition), StringComparison.Ordinal);
}
