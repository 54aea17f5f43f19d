using System.Globalization;
using Messaging.Testing;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>What an operator does to a queue by policy.</summary>
internal static class QueuePolicies
{
    /// <summary>Sets a limit, and nothing else: what becomes of what is too much is the queue's own affair.</summary>
    public static Task LimitQueueAsync(this PrivateBroker broker, string queue, int messages) =>
        broker.SetPolicyAsync(queue, string.Create(CultureInfo.InvariantCulture, $$"""{"max-length":{{messages}}}"""));

    public static Task SetPolicyAsync(this PrivateBroker broker, string queue, string definition) =>
        broker.RabbitmqctlAsync("set_policy", "--apply-to", "queues", queue, $"^{queue.Replace(".", "\\.", StringComparison.Ordinal)}$", definition);

    public static Task LiftLimitAsync(this PrivateBroker broker, string queue) => broker.RabbitmqctlAsync("clear_policy", queue);
}
