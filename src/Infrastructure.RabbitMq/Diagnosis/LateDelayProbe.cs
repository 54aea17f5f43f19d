using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Finds out how soon RabbitMQ hands a message over again that a queue of delayed messages could not pass on at once, as
/// happens while a broker restarts. Nothing tells the setting over AMQP, so it is provoked: a message becomes due while its
/// next queue is missing, and then that queue is declared.
/// </summary>
internal static class LateDelayProbe
{
    /// <summary>What a late message means, and what to set.</summary>
    public const string Remedy =
        "Set dead_letter_worker_publisher_confirm_timeout to a second in the broker's advanced.config: [{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 1000}]}].";

    /// <summary>How long the message may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly CreateChannelOptions _channelOptions = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The channel that it needs.</summary>
    public static CreateChannelOptions ChannelOptions => _channelOptions;

    /// <summary>Whether the message came within <see cref="Limit"/>; null where that could not be learned.</summary>
    /// <param name="channel">A channel of <see cref="ChannelOptions"/> that nobody else uses; an error closes it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<bool?> RunAsync(IChannel channel, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = ServiceQueues.Unique("messaging.delay.probe.");
        var target = source + ".due";
        var started = false;
        try
        {
            await DeclareAsync(channel, source, target, cancellationToken).ConfigureAwait(false);
            await channel.BasicPublishAsync(string.Empty, source, ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            if (!await UntilAsync(async () => (await channel.QueueDeclarePassiveAsync(source, cancellationToken).ConfigureAwait(false)).MessageCount == 0, time, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            // It is due, and the broker has tried, or does in this moment.
            await Task.Delay(5 * _pause, time, cancellationToken).ConfigureAwait(false);
            started = true;
            await channel.QueueDeclareAsync(target, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
            return await UntilAsync(async () => await channel.BasicGetAsync(target, autoAck: true, cancellationToken).ConfigureAwait(false) is not null, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or PublishException)
        {
            return null;
        }
        finally
        {
            // The connection, with which an exclusive queue ends, may live on. The other is left to expire where it is young:
            // up to RabbitMQ 4.0 one that is deleted while its dead-letter worker starts takes with it those of all queues
            // of the node.
            if (started && channel.IsOpen)
            {
                await DeleteAsync(channel, source).ConfigureAwait(false);
            }

            if (channel.IsOpen)
            {
                await DeleteAsync(channel, target).ConfigureAwait(false);
            }
        }
    }

    private static async Task DeleteAsync(IChannel channel, string queue)
    {
        Task deleting = channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: CancellationToken.None);
        await deleting.WaitAsync(BrokerConnection.GoodbyeLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Declares a queue like a level of the delays, but a short one, and gone by itself soon.</summary>
    private static Task<QueueDeclareOk> DeclareAsync(IChannel channel, string source, string target, CancellationToken cancellationToken)
    {
        var arguments = ServiceQueues.NoDeliveryLimit();
        arguments["x-expires"] = 60_000;
        arguments["x-message-ttl"] = 100;
        arguments["x-dead-letter-exchange"] = string.Empty;
        arguments["x-dead-letter-routing-key"] = target;
        arguments["x-dead-letter-strategy"] = "at-least-once";
        arguments["x-overflow"] = "reject-publish";
        return ServiceQueues.DeclareQuorumAsync(channel, source, arguments, cancellationToken);
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> isSo, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < Limit;)
        {
            if (await isSo().ConfigureAwait(false))
            {
                return true;
            }

            await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }
}
