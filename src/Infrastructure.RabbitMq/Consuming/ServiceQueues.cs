using System.Security.Cryptography;
using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>The queues at the broker and what they are declared with.</summary>
internal static class ServiceQueues
{
    /// <summary>The exchange, which every broker has, that carries the news of cancelled calls and of workers.</summary>
    public const string BroadcastExchange = "amq.direct";

    /// <summary>RabbitMQ's pseudo queue for direct replies.</summary>
    public const string DirectReplyTo = "amq.rabbitmq.reply-to";

    // To the broker such an address is no queue: a mandatory reply comes back although it has arrived.
    // https://www.rabbitmq.com/docs/direct-reply-to
    private const string DirectReplyToPrefix = DirectReplyTo + ".";

    // Twice what a catalogue keeps: one that is as slow as that loses the oldest, of which newer ones come anyway.
    private const int MaxAnnouncements = 20_000;
    private const int MaxAnnouncementBytes = 32 * 1024 * 1024;

    private const string QueueType = "x-queue-type";
    private const string QuorumQueue = "quorum";

    // Without a limit of its own RabbitMQ 4 drops a message that came back 20 times: a dead letter that was looked at and
    // put back, or a call whose workers were stopped. A call's bound is its deadline, as on a classic queue.
    private const int Unlimited = int.MaxValue;

    public static bool IsDirectReplyTo(string queue) => queue.StartsWith(DirectReplyToPrefix, StringComparison.Ordinal);

    public static string Unique(string prefix) => prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Declares a queue that only one requester reads, and that ends with it.</summary>
    public static async Task<string> DeclareReplyQueueAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var name = Unique(WireNames.ReplyQueuePrefix);
        await channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Declares the queue of one worker, which ends with it: it hears of the service's cancelled calls, of the worker's own streams, and of catalogues that ask who is there.</summary>
    public static async Task<string> DeclareWorkerQueueAsync(IChannel channel, string service, CancellationToken cancellationToken)
    {
        var name = Unique(WireNames.WorkerQueuePrefix);
        await channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        await BindWorkerQueueAsync(channel, name, service, cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Has a worker's queue hear of cancelled calls and of catalogues.</summary>
    public static async Task BindWorkerQueueAsync(IChannel channel, string queue, string service, CancellationToken cancellationToken)
    {
        await channel.QueueBindAsync(queue, BroadcastExchange, WireNames.CancelKey(service), cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(queue, BroadcastExchange, WireNames.RollCallKey, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Declares the queue of one catalogue, which ends with it: it hears of all workers, and drops the oldest where it is too full.</summary>
    public static async Task<string> DeclareCatalogueQueueAsync(IChannel channel, CancellationToken cancellationToken)
    {
        var name = Unique(WireNames.CatalogueQueuePrefix);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [QueueType] = "classic",
            ["x-max-length"] = MaxAnnouncements,
            ["x-max-length-bytes"] = MaxAnnouncementBytes,
            ["x-overflow"] = "drop-head",
        };
        await channel.QueueDeclareAsync(name, durable: false, exclusive: true, autoDelete: true, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(name, BroadcastExchange, WireNames.AnnounceKey, cancellationToken: cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Declares the calls queue: it outlives its workers by as long as calls should wait for the next.</summary>
    public static async Task<string> DeclareCallsAsync(IChannel channel, WorkerSubscription subscription, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(
            subscription.Service, durable: true, exclusive: false, autoDelete: false, CallsArguments(subscription), cancellationToken: cancellationToken).ConfigureAwait(false);
        return subscription.Service;
    }

    /// <summary>What the calls queue is declared with.</summary>
    /// <exception cref="TransportException">The subscription asks for what no queue can have.</exception>
    public static Dictionary<string, object?> CallsArguments(WorkerSubscription subscription)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-expires"] = ExpiryMs(subscription),
        };
        switch (subscription.CallQueue)
        {
            case CallQueueType.Classic:
                // Said, as a virtual host can have another default.
                arguments[QueueType] = "classic";
                return arguments;
            case CallQueueType.Quorum:
                arguments["x-delivery-limit"] = Unlimited;
                arguments[QueueType] = QuorumQueue;
                return arguments;
            default:
                throw new TransportException(
                    TransportFailure.Misconfigured,
                    $"Declaring '{subscription.Service}': CallQueue is {subscription.CallQueue}; set it to Classic or Quorum.");
        }
    }

    /// <summary>What a queue of commands is declared with.</summary>
    /// <exception cref="TransportException">The subscription asks for what no queue can have.</exception>
    public static Dictionary<string, object?> CommandsArguments(WorkerSubscription subscription, bool partition)
    {
        if (subscription.CommandDeliveryLimit < 1)
        {
            throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{WireNames.CommandsQueue(subscription.Service)}': CommandDeliveryLimit is {subscription.CommandDeliveryLimit}; set it to 1 or more.");
        }

        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [QueueType] = QuorumQueue,
            ["x-delivery-limit"] = subscription.CommandDeliveryLimit,
            ["x-dead-letter-exchange"] = string.Empty,
            ["x-dead-letter-routing-key"] = WireNames.DeadLetterQueue(subscription.Service),
        };
        QueueSafety.DeadLetterAtLeastOnce(arguments);
        if (partition)
        {
            arguments["x-single-active-consumer"] = true;
        }

        return arguments;
    }

    /// <summary>What a queue of dead letters is declared with.</summary>
    public static Dictionary<string, object?> DeadLettersArguments()
    {
        var arguments = NoDeliveryLimit();
        arguments[QueueType] = QuorumQueue;
        QueueSafety.RefuseOverflow(arguments);
        return arguments;
    }

    /// <summary>The arguments of a quorum queue whose messages may come back any number of times, for adding to.</summary>
    public static Dictionary<string, object?> NoDeliveryLimit() => new(StringComparer.Ordinal) { ["x-delivery-limit"] = Unlimited };

    public static Task<QueueDeclareOk> DeclareQuorumAsync(
        IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        arguments[QueueType] = QuorumQueue;
        return channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
    }

    private static long ExpiryMs(WorkerSubscription subscription)
    {
        var milliseconds = subscription.CallQueueExpiry.TotalMilliseconds;
        return milliseconds is >= 1 and < uint.MaxValue
            ? (long)milliseconds
            : throw new TransportException(
                TransportFailure.Misconfigured,
                $"Declaring '{subscription.Service}': CallQueueExpiry is {subscription.CallQueueExpiry}; set it from 1 ms to 49 days.");
    }
}
