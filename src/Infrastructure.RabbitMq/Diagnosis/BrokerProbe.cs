using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>Tries on a connection of its own what workers and requesters do, with queues that are gone with the connection.</summary>
internal sealed class BrokerProbe(BrokerConnection connection)
{
    private static readonly TimeSpan _clockPause = TimeSpan.FromMilliseconds(20);
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
    /// <param name="alarmLimit">How long the broker may take over all that before it is looked whether it reads at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The broker's refusal, by what was tried; null for none.</returns>
    public async Task<ProbeRefusal?> TryRightsAsync(TimeSpan alarmLimit, CancellationToken cancellationToken)
    {
        var channel = _channel ?? throw new InvalidOperationException($"Call {nameof(OpenAsync)} first.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(alarmLimit);
        var stage = "configure";
        try
        {
            var queue = await ServiceQueues.DeclareReplyQueueAsync(channel, limit.Token).ConfigureAwait(false);
            stage = "write and read";
            await channel.QueueBindAsync(queue, ServiceQueues.BroadcastExchange, queue, cancellationToken: limit.Token).ConfigureAwait(false);
            stage = "write";
            await channel.BasicPublishAsync(string.Empty, queue, ReadOnlyMemory<byte>.Empty, limit.Token).ConfigureAwait(false);

            // A broker with an alarm takes the first message of a connection and reads nothing after it.
            stage = "read";
            await channel.BasicGetAsync(queue, autoAck: true, limit.Token).ConfigureAwait(false);
            return connection.IsBlocked ? new ProbeRefusal(stage, "blocked", RefusalKind.Alarm) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is blocked says so; what is not was only slow.
            return connection.IsBlocked
                ? new ProbeRefusal(stage, "blocked", RefusalKind.Alarm)
                : new ProbeRefusal(stage, string.Create(CultureInfo.InvariantCulture, $"no answer within {alarmLimit.TotalSeconds:0} s"), RefusalKind.NoAnswer);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason)
        {
            return new ProbeRefusal(stage, reason.ReplyText, RefusalKind.Denied);
        }
        catch (AlreadyClosedException e) when (e.ShutdownReason is { } reason)
        {
            return new ProbeRefusal(stage, reason.ReplyText, RefusalKind.Denied);
        }
    }

    /// <summary>
    /// Reads the broker's clock. AMQP tells no time, but the broker writes it, in whole seconds, on a message that it
    /// dead-letters: here one that expires at once.
    /// </summary>
    /// <param name="limit">How long that may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The time there; null where it could not be learned.</returns>
    public async Task<DateTimeOffset?> ReadClockAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var channel = _channel ?? throw new InvalidOperationException($"Call {nameof(OpenAsync)} first.");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(limit);
        try
        {
            var letters = await ServiceQueues.DeclareReplyQueueAsync(channel, over.Token).ConfigureAwait(false);
            var expiring = await channel.QueueDeclareAsync(
                string.Empty,
                durable: false,
                exclusive: true,
                autoDelete: true,
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["x-message-ttl"] = 0,
                    ["x-dead-letter-exchange"] = string.Empty,
                    ["x-dead-letter-routing-key"] = letters,
                },
                cancellationToken: over.Token).ConfigureAwait(false);
            await channel.BasicPublishAsync(string.Empty, expiring.QueueName, ReadOnlyMemory<byte>.Empty, over.Token).ConfigureAwait(false);
            while (true)
            {
                if (await channel.BasicGetAsync(letters, autoAck: true, over.Token).ConfigureAwait(false) is { } letter)
                {
                    return TimeOfDeath(letter.BasicProperties.Headers);
                }

                await Task.Delay(_clockPause, over.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
        {
            return null;
        }
    }

    /// <summary>Whether delayed messages that a restart of the broker catches on their way come soon after it; null where that could not be learned.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool?> AreDelaysSoonAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var channel = await connection.OpenChannelAsync(LateDelayProbe.ChannelOptions, NullLogger.Instance, cancellationToken).ConfigureAwait(false);
            await using (channel.ConfigureAwait(false))
            {
                return await LateDelayProbe.RunAsync(channel, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
        {
            return null;
        }
    }

    private static DateTimeOffset? TimeOfDeath(IDictionary<string, object?>? headers) =>
        headers is not null && headers.TryGetValue("x-death", out var deaths)
            && deaths is IList<object?> { Count: > 0 } list && list[0] is IDictionary<string, object?> death
            && death.TryGetValue("time", out var time) && time is AmqpTimestamp { UnixTime: >= 0 and < 100_000_000_000 } stamp
            ? DateTimeOffset.FromUnixTimeSeconds(stamp.UnixTime)
            : null;
}

/// <summary>What the broker did not let us do.</summary>
/// <param name="Stage">What was tried.</param>
/// <param name="Reason">Its words.</param>
/// <param name="Kind">What sort of refusal it is.</param>
internal sealed record ProbeRefusal(string Stage, string Reason, RefusalKind Kind);

/// <summary>Why the broker did not do what it was asked for.</summary>
internal enum RefusalKind
{
    /// <summary>The user may not.</summary>
    Denied = 0,

    /// <summary>It has stopped reading, for want of memory or disk.</summary>
    Alarm = 1,

    /// <summary>It said nothing in time, and is not known to have an alarm.</summary>
    NoAnswer = 2,
}
