using System.Diagnostics;
using System.Text.RegularExpressions;
using Messaging.Testing;
using RabbitMQ.Client;

namespace Messaging.Faults.Operators;

/// <summary>
/// Gets out what is on its way from a queue to one that it does not find, as no consumer can: a message that its queue
/// has expired, and keeps because an exchange or a binding is not there. It is stuck; without this it would look lost.
/// </summary>
internal static partial class Rescue
{
    // The broker hands such a message over again every few seconds (see the configuration of the tests' brokers).
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Catches whatever comes through the exchanges of the delays, those included that are not there any more.</summary>
    /// <returns>The name of the queue that has it.</returns>
    public static async Task<string> CatchAsync(PrivateBroker broker, IConnection connection, BrokerMap map, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var queue = await channel.QueueDeclareAsync("faults.rescued", durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
        foreach (var exchange in map.Queues.Select(static queue => queue.Name).Where(static name => Level().IsMatch(name)).Append("messaging.delay.due"))
        {
            if (!map.Exchanges.Contains(exchange, StringComparer.Ordinal))
            {
                await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
            }

            await channel.QueueBindAsync(queue.QueueName, exchange, "#", cancellationToken: cancellationToken);
        }

        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < _limit
            && (await BrokerMap.DrawAsync(broker)).Queues.Any(one => one.IsBusy && !string.Equals(one.Name, queue.QueueName, StringComparison.Ordinal)))
        {
            await Task.Delay(_pollInterval, cancellationToken);
        }

        return queue.QueueName;
    }

    [GeneratedRegex(@"^messaging\.delay\.[0-9]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Level();
}
