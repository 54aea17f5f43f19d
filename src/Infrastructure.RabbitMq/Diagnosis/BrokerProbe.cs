using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Tries on a connection of its own what workers and requesters do, with queues that are gone with the connection.</summary>
internal sealed class BrokerProbe(BrokerConnection connection)
{
    private IChannel? _channel;

    /// <summary>Opens a channel: the first thing that fails where the virtual host is missing.</summary>
    /// <exception cref="Transport.TransportException">It is missing, or does not let the user in.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        connection.LogBlocking("the doctor", NullLogger.Instance);
        try
        {
            _channel = await connection.OpenChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), NullLogger.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
        {
            throw OpenFailures.From(e, "a channel");
        }
    }

    /// <summary>Declares an exclusive queue (configure), binds it (write and read), publishes to it (write), reads it (read).</summary>
    /// <param name="alarmLimit">How long the broker may take to confirm before it is looked whether it reads at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The broker's refusal, by what was tried; null for none.</returns>
    public async Task<ProbeRefusal?> TryRightsAsync(TimeSpan alarmLimit, CancellationToken cancellationToken)
    {
        var channel = _channel ?? throw new InvalidOperationException($"Call {nameof(OpenAsync)} first.");
        var stage = "configure";
        try
        {
            var queue = await ServiceQueues.DeclareReplyQueueAsync(channel, cancellationToken).ConfigureAwait(false);
            stage = "write and read";
            await channel.QueueBindAsync(queue, ServiceQueues.BroadcastExchange, queue, cancellationToken: cancellationToken).ConfigureAwait(false);
            stage = "write";
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(alarmLimit);
            try
            {
                await channel.BasicPublishAsync(string.Empty, queue, ReadOnlyMemory<byte>.Empty, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // What is blocked says so; what is not was only slow.
                return new ProbeRefusal("publish", connection.IsBlocked ? "blocked" : "no confirm came in time", IsAlarm: connection.IsBlocked);
            }

            stage = "read";
            await channel.BasicGetAsync(queue, autoAck: true, cancellationToken).ConfigureAwait(false);
            return connection.IsBlocked ? new ProbeRefusal("publish", "blocked", IsAlarm: true) : null;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason)
        {
            return new ProbeRefusal(stage, reason.ReplyText, IsAlarm: false);
        }
        catch (AlreadyClosedException e) when (e.ShutdownReason is { } reason)
        {
            return new ProbeRefusal(stage, reason.ReplyText, IsAlarm: false);
        }
    }
}

/// <summary>What the broker did not let us do.</summary>
/// <param name="Stage">What was tried.</param>
/// <param name="Reason">Its words.</param>
/// <param name="IsAlarm">Whether it has stopped reading, for want of memory or disk.</param>
internal sealed record ProbeRefusal(string Stage, string Reason, bool IsAlarm);
