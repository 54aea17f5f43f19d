using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Compares the queues that a service's workers declare with those that the broker has, by AMQP alone. Of one that is
/// there the arguments can't be read; declaring it again with the wanted ones changes nothing, and is refused where they differ.
/// </summary>
internal sealed class ServiceTopology(BrokerConnection connection)
{
    /// <summary>What a worker with this subscription declares, in its order: dead letters before commands.</summary>
    /// <exception cref="TransportException">The subscription asks for what no queue can have.</exception>
    public static IReadOnlyList<QueueNeed> Needs(WorkerSubscription subscription)
    {
        var needs = new List<QueueNeed>();
        if (subscription.Calls)
        {
            needs.Add(new QueueNeed(subscription.Service, ServiceQueues.CallsArguments(subscription), IsForCommands: false));
        }

        if (subscription.Commands)
        {
            needs.Add(new QueueNeed(WireNames.DeadLetterQueue(subscription.Service), ServiceQueues.DeadLettersArguments(), IsForCommands: false));
            Add(WireNames.CommandsQueue(subscription.Service), partition: false);
            if (subscription.HighCommands)
            {
                Add(WireNames.HighCommandsQueue(subscription.Service), partition: false);
            }

            for (var partition = 0; partition < subscription.CommandPartitions; partition++)
            {
                Add(WireNames.PartitionQueue(subscription.Service, partition), partition: true);
            }
        }

        return needs;

        void Add(string queue, bool partition) =>
            needs.Add(new QueueNeed(queue, ServiceQueues.CommandsArguments(subscription, partition), IsForCommands: true));
    }

    /// <summary>Looks at one queue without changing anything.</summary>
    /// <exception cref="TransportException">The connection is lost, or the broker denies the look.</exception>
    public async Task<QueueFinding> LookAsync(QueueNeed need, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(need.Queue, cancellationToken).ConfigureAwait(false))
        {
            return new QueueFinding(need, QueueMatch.Missing);
        }

        var finding = await DeclareAsync(need, QueueMatch.AsWanted, bind: false, cancellationToken).ConfigureAwait(false);
        if (!finding.LacksSafety)
        {
            return finding;
        }

        var earlier = need with { Arguments = QueueSafety.Without(need.Arguments) };
        return await DeclareAsync(earlier, QueueMatch.Old, bind: false, cancellationToken).ConfigureAwait(false) with
        {
            Need = need,
            Command = QueueSafety.Command(need.Queue, need.Arguments),
        };
    }

    /// <summary>Declares one queue with what it needs beside it. One that is there with other arguments stays as it is.</summary>
    /// <exception cref="TransportException">The connection is lost, or the broker denies it.</exception>
    public Task<QueueFinding> ApplyAsync(QueueNeed need, CancellationToken cancellationToken) =>
        DeclareAsync(need, QueueMatch.Declared, bind: need.IsForCommands, cancellationToken);

    private async Task<bool> ExistsAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.NotFound })
            {
                return false;
            }
            catch (OperationInterruptedException e)
            {
                throw QueueFailures.FromLook(e, "Looking at", queue);
            }
        }
    }

    private async Task<QueueFinding> DeclareAsync(QueueNeed need, QueueMatch match, bool bind, CancellationToken cancellationToken)
    {
        // A refusal closes the channel.
        var channel = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                await channel.QueueDeclareAsync(
                    need.Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(need.Arguments, StringComparer.Ordinal), cancellationToken: cancellationToken).ConfigureAwait(false);
                if (bind)
                {
                    await DelayTopology.DeclareDueAsync(channel, cancellationToken).ConfigureAwait(false);
                    await DelayTopology.BindAsync(channel, need.Queue, cancellationToken).ConfigureAwait(false);
                    await KnownQueues.DeclareAsync(channel, cancellationToken).ConfigureAwait(false);
                    await KnownQueues.AddAsync(channel, need.Queue, cancellationToken).ConfigureAwait(false);
                }

                return new QueueFinding(need, match);
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: Constants.PreconditionFailed } reason)
            {
                return new QueueFinding(need, QueueMatch.Clash) { Clash = ArgumentClash.Explain(reason.ReplyText), LacksSafety = need.Arguments.ContainsKey("x-overflow") && QueueSafety.IsAbout(reason) };
            }
            catch (OperationInterruptedException e)
            {
                throw QueueFailures.From(e, "Declaring", need.Queue);
            }
        }
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.OpenChannelAsync(options: null, NullLogger.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
        {
            throw OpenFailures.From(e, "a channel");
        }
    }
}

/// <summary>A queue that a service needs.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Arguments">What it is declared with.</param>
/// <param name="IsForCommands">Whether delayed commands come to it.</param>
internal sealed record QueueNeed(string Queue, IReadOnlyDictionary<string, object?> Arguments, bool IsForCommands);

/// <summary>What the broker has of it.</summary>
internal sealed record QueueFinding(QueueNeed Need, QueueMatch Match)
{
    /// <summary>Which argument differs, and what to do; null where none does.</summary>
    public string? Clash { get; init; }

    /// <summary>Whether it differs in what queues of earlier versions lack.</summary>
    public bool LacksSafety { get; init; }

    /// <summary>The command that gives an old one by policy what it lacks; null where it lacks nothing.</summary>
    public string? Command { get; init; }
}

/// <summary>How a queue at the broker compares with the wanted one.</summary>
internal enum QueueMatch
{
    /// <summary>It is there with the wanted arguments.</summary>
    AsWanted = 0,

    /// <summary>It is not there.</summary>
    Missing = 1,

    /// <summary>It was declared, or was there with the wanted arguments.</summary>
    Declared = 2,

    /// <summary>It is there with other arguments, and was left alone.</summary>
    Clash = 3,

    /// <summary>It is there as an earlier version declared it, and workers serve it as it is.</summary>
    Old = 4,
}
