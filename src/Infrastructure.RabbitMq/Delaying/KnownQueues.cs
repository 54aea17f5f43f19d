using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Which queues messages can be delayed for. A requester may not look at a service's queue, and what it delays is
/// published to the delays' exchanges: so workers make their queues known by a binding, and a probe with the queue's name
/// finds it, or comes back. What it finds is a queue that keeps nothing.
/// </summary>
internal static class KnownQueues
{
    /// <summary>Declares what queues are made known by.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(
            WireNames.DelayKnown, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        var arguments = ServiceQueues.NoDeliveryLimit();
        arguments["x-max-length"] = 0;
        await ServiceQueues.DeclareQuorumAsync(channel, WireNames.DelayKnown, arguments, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a queue known.</summary>
    public static Task AddAsync(IChannel channel, string queue, CancellationToken cancellationToken) =>
        channel.QueueBindAsync(WireNames.DelayKnown, WireNames.DelayKnown, queue, cancellationToken: cancellationToken);

    /// <summary>Whether a worker has ever declared the queue.</summary>
    /// <exception cref="TransportException">The broker denies the question, or does not answer it.</exception>
    public static async Task<bool> AskAsync(
        LinkLifetime link, BrokerConnection connection, MessageLimits limits, string queue, CancellationToken cancellationToken)
    {
        var asking = await ConfirmChannel.OpenPassingAsync(link, connection, limits, cancellationToken).ConfigureAwait(false);
        try
        {
            var probe = new BasicProperties { Type = "probe", DeliveryMode = DeliveryModes.Transient };
            await asking.PublishAsync(WireNames.DelayKnown, queue, probe, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
            return true;
        }
        catch (TransportException e) when (link.Loss is null && (e.Failure == TransportFailure.Unroutable || asking.Channel.CloseReason is { ReplyCode: Constants.NotFound }))
        {
            return await IsThereAsync(link, connection, queue, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await PassingChannel.CloseAsync(asking.Channel).ConfigureAwait(false);
        }
    }

    /// <summary>Workers of an earlier version make nothing known. A broker before 4.3 lets everybody look.</summary>
    private static async Task<bool> IsThereAsync(LinkLifetime link, BrokerConnection connection, string queue, CancellationToken cancellationToken)
    {
        var passing = new PassingChannel(connection, link);
        await using (passing.ConfigureAwait(false))
        {
            try
            {
                var channel = await passing.GetAsync(cancellationToken).ConfigureAwait(false);
                await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound or Constants.AccessRefused })
            {
                return false;
            }
        }
    }
}
