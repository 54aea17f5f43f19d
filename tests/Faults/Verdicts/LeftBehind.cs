using System.Text.Json;
using RabbitMQ.Client;

namespace Messaging.Faults.Verdicts;

/// <summary>The commands that were left in the queues when a run had ended.</summary>
/// <param name="Queued">Those that no worker has settled.</param>
/// <param name="Dead">The dead letters.</param>
public sealed record LeftBehind(IReadOnlyList<string> Queued, IReadOnlyList<string> Dead)
{
    private const string Commands = IProbe.Name + ".commands";
    private const string DeadLetters = IProbe.Name + ".dead";

    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until no command waits for a worker any more.</summary>
    public static async Task WhenQueueIsEmptyAsync(Uri broker, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(broker, cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        while (await channel.MessageCountAsync(Commands, cancellationToken) > 0)
        {
            await Task.Delay(_pollInterval, cancellationToken);
        }
    }

    /// <summary>Takes everything out of the queues, when no worker is there any more.</summary>
    public static async Task<LeftBehind> DrainAsync(Uri broker, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(broker, cancellationToken);
        return new LeftBehind(await DrainAsync(connection, Commands, cancellationToken), await DrainAsync(connection, DeadLetters, cancellationToken));
    }

    private static Task<IConnection> ConnectAsync(Uri broker, CancellationToken cancellationToken) =>
        new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellationToken);

    private static async Task<IReadOnlyList<string>> DrainAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var ids = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true, cancellationToken) is { } message)
        {
            using var body = JsonDocument.Parse(message.Body);
            ids.Add(body.RootElement.GetProperty("id").GetString()!);
        }

        return ids;
    }
}
