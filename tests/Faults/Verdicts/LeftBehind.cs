using System.Threading.Channels;
using Messaging.Faults.Operators;
using Messaging.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Messaging.Faults.Verdicts;

/// <summary>The commands that were left in the queues when a run had ended.</summary>
/// <param name="Queued">Those that no worker has settled.</param>
/// <param name="Dead">The dead letters.</param>
public sealed record LeftBehind(IReadOnlyList<string> Queued, IReadOnlyList<string> Dead)
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _queueLimit = TimeSpan.FromMinutes(1);

    /// <summary>Dead letters of handlers that had failed only because they were stopped.</summary>
    public IReadOnlyList<string> RolledOut { get; init; } = [];

    /// <summary>How many dead letters there are for each reason.</summary>
    public IReadOnlyDictionary<string, int> Reasons { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Queues with deliveries that the workers, idle, had not settled; in words.</summary>
    public IReadOnlyList<string> Unsettled { get; init; } = [];

    /// <summary>Queues in which something was left that should have gone on; in words.</summary>
    public IReadOnlyList<string> Stuck { get; init; } = [];

    /// <summary>Takes everything out of the queues, when no worker is there any more.</summary>
    public static async Task<LeftBehind> DrainAsync(PrivateBroker broker, CancellationToken cancellationToken)
    {
        var map = await BrokerMap.DrawAsync(broker);
        await using var connection = await ConnectAsync(broker.Uri, cancellationToken);
        var queued = new List<string>();
        var stuck = new List<string>();
        var dead = new List<LeftMessage>();
        foreach (var queue in map.Queues.Where(static queue => queue.HoldsCommands))
        {
            if (await TryDrainAsync(connection, queue, stuck, cancellationToken) is not { } left)
            {
                continue;
            }

            if (queue.Name is QueueCount.DeadLetters)
            {
                dead.AddRange(left);
            }
            else if (left.Count > 0)
            {
                queued.AddRange(left.Select(static message => message.Id));
                stuck.Add($"{queue.Name}: {left.Count} when all had ended");
            }
        }

        map = await BrokerMap.DrawAsync(broker);
        if (map.Queues.FirstOrDefault(static queue => queue.IsBusy && queue.HoldsCommands) is { } kept)
        {
            var rescued = await DrainAsync(connection, await Rescue.CatchAsync(broker, connection, map, cancellationToken), cancellationToken);
            queued.AddRange(rescued.Select(static message => message.Id));
            stuck.Add($"{kept.Name} and others: {rescued.Count} between two queues when all had ended");
        }

        return new LeftBehind(queued, [.. dead.Select(static letter => letter.Id)])
        {
            RolledOut = [.. dead.Where(static letter => letter.WasStopped).Select(static letter => letter.Id)],
            Reasons = dead.GroupBy(static letter => letter.Reason ?? "unknown", StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.Count(), StringComparer.Ordinal),
            Stuck = stuck,
        };
    }

    /// <summary>The same, with the queues that would not run empty while there were workers.</summary>
    internal LeftBehind After(IReadOnlyList<QueueCount> busy) => this with
    {
        Unsettled = [.. busy.Where(static queue => queue.Unsettled > 0).Select(static queue => queue.ToString())],
        Stuck = [.. busy.Where(static queue => queue.Unsettled == 0).Select(static queue => queue.ToString()), .. Stuck],
    };

    /// <summary>Takes the dead letters out of their queue.</summary>
    internal static async Task<IReadOnlyList<LeftMessage>> TakeDeadLettersAsync(Uri broker, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(broker, cancellationToken);
        return await DrainAsync(connection, QueueCount.DeadLetters, cancellationToken);
    }

    private static Task<IConnection> ConnectAsync(Uri broker, CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellationToken);

    // One queue that can't be had must not hide what is in the others.
    private static async Task<List<LeftMessage>?> TryDrainAsync(IConnection connection, QueueCount queue, List<string> stuck, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_queueLimit);
        try
        {
            return await DrainAsync(connection, queue.Name, limit.Token);
        }
        catch (Exception failure) when (failure is RabbitMQClientException or OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            stuck.Add($"{queue.Name}: could not be emptied, so that what is in it counts as lost ({queue.Total} when asked): {failure.Message}");
            return null;
        }
    }

    // By a consumer, as basic.get is refused where a queue has a single active one.
    private static async Task<List<LeftMessage>> DrainAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var messages = Channel.CreateUnbounded<LeftMessage>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            if (LeftMessage.Read(delivery) is { } message)
            {
                messages.Writer.TryWrite(message);
            }

            return Task.CompletedTask;
        };
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        consumer.UnregisteredAsync += (_, _) =>
        {
            over.TrySetResult();
            return Task.CompletedTask;
        };
        var tag = await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
        while (await channel.MessageCountAsync(queue, cancellationToken) > 0)
        {
            await Task.Delay(_pollInterval, cancellationToken);
        }

        // Deliveries come before the answer to this.
        await channel.BasicCancelAsync(tag, cancellationToken: cancellationToken);
        await over.Task.WaitAsync(cancellationToken);
        messages.Writer.Complete();
        return await messages.Reader.ReadAllAsync(cancellationToken).ToListAsync(cancellationToken);
    }
}
