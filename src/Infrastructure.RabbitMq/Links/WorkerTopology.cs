using System.Collections.Immutable;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.RabbitMq;

/// <summary>
/// All that a worker's commands need at the broker: their queues, where dead letters go, and what brings delayed ones to
/// them. Declared when the link opens, and again whenever something of it may be gone: that changes nothing where it is there.
/// </summary>
internal sealed class WorkerTopology(LinkLifetime link, BrokerConnection connection, WorkerSubscription subscription, OldQueues old)
{
    private readonly Lock _lock = new();
    private ImmutableHashSet<string> _commands = [.. CommandQueues(subscription)];
    private Task? _again;
    private Task? _after;

    // Once the delays have been used they are kept whole, whatever is deleted of them. Used by one run at a time.
    private bool _delays;

    /// <summary>The service.</summary>
    public string Service => subscription.Service;

    /// <summary>Whether there is anything to declare it on.</summary>
    public bool IsConnected => connection.IsOpen;

    /// <summary>Whether it is a queue of the worker's commands.</summary>
    public bool HasCommands(string queue) => Volatile.Read(ref _commands).Contains(queue);

    /// <summary>Whether it is a queue that the worker declares.</summary>
    public bool Has(string queue) =>
        HasCommands(queue) || string.Equals(queue, WireNames.DeadLetterQueue(subscription.Service), StringComparison.Ordinal);

    /// <summary>Adds a partition that an earlier, larger number left behind: what brings commands to it is declared from now on, and it itself is not.</summary>
    public void AddLeftBehind(string queue) => ImmutableInterlocked.Update(ref _commands, static (queues, added) => queues.Add(added), queue);

    /// <summary>Declares the queues and what they need.</summary>
    public async Task DeclareAsync(CancellationToken cancellationToken)
    {
        var passing = new PassingChannel(connection, link);
        await using (passing.ConfigureAwait(false))
        {
            var queues = new QueueDeclarer(passing, old);

            // Dead letters first: commands must find where to go.
            await queues.DeclareAsync(WireNames.DeadLetterQueue(subscription.Service), ServiceQueues.DeadLettersArguments(), cancellationToken).ConfigureAwait(false);
            var channel = await queues.GetChannelAsync(cancellationToken).ConfigureAwait(false);

            // Of the delays only this: the levels, which take the broker a second, are declared when they are first used.
            await DelayTopology.DeclareDueAsync(channel, cancellationToken).ConfigureAwait(false);
            await KnownQueues.DeclareAsync(channel, cancellationToken).ConfigureAwait(false);
            await DeclareCommandsAsync(queues, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Declares everything again, the delays where they have been used included. Callers share a run that begins after they
    /// have called: what one before that has declared may have been deleted since.
    /// </summary>
    /// <exception cref="TransportException">The broker refuses it, or the link is lost.</exception>
    public Task DeclareAgainAsync()
    {
        lock (_lock)
        {
            return _again is { IsCompleted: false } running ? _after ??= RunAfterAsync(running) : _again = RunAgainAsync();
        }
    }

    private async Task RunAfterAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task next;
        lock (_lock)
        {
            _after = null;
            next = _again is { IsCompleted: false } begun ? begun : _again = RunAgainAsync();
        }

        await next.ConfigureAwait(false);
    }

    private async Task RunAgainAsync()
    {
        try
        {
            await DeclareAsync(link.LostToken).ConfigureAwait(false);
            var passing = new PassingChannel(connection, link);
            await using (passing.ConfigureAwait(false))
            {
                var queues = new QueueDeclarer(passing, old);
                _delays = _delays
                    || await queues.CountAsync(WireNames.DelayLost, link.LostToken).ConfigureAwait(false) is not null
                    || await queues.CountAsync(WireNames.DelayLevel(0), link.LostToken).ConfigureAwait(false) is not null;
                if (_delays)
                {
                    await DelayTopology.DeclareAsync(queues, link.LostToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            throw link.Loss is { } loss
                ? PublishFailures.LinkLost(WireNames.DeadLetterQueue(subscription.Service), loss)
                : OpenFailures.From(e, $"what the commands of '{subscription.Service}' need");
        }
    }

    private async Task DeclareCommandsAsync(QueueDeclarer queues, CancellationToken cancellationToken)
    {
        var partitions = Enumerable.Range(0, subscription.CommandPartitions)
            .Select(partition => WireNames.PartitionQueue(subscription.Service, partition)).ToHashSet(StringComparer.Ordinal);
        var declared = CommandQueues(subscription).ToHashSet(StringComparer.Ordinal);
        foreach (var queue in Volatile.Read(ref _commands))
        {
            // One that was left behind is not declared: when it is empty somebody deletes it.
            if (declared.Contains(queue))
            {
                await queues.DeclareAsync(queue, ServiceQueues.CommandsArguments(subscription, partitions.Contains(queue)), cancellationToken).ConfigureAwait(false);
            }
            else if (await queues.CountAsync(queue, cancellationToken).ConfigureAwait(false) is null)
            {
                continue;
            }

            var channel = await queues.GetChannelAsync(cancellationToken).ConfigureAwait(false);
            await DelayTopology.BindAsync(channel, queue, cancellationToken).ConfigureAwait(false);
            await KnownQueues.AddAsync(channel, queue, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> CommandQueues(WorkerSubscription subscription)
    {
        if (!subscription.Commands)
        {
            yield break;
        }

        yield return WireNames.CommandsQueue(subscription.Service);
        if (subscription.HighCommands)
        {
            yield return WireNames.HighCommandsQueue(subscription.Service);
        }

        for (var partition = 0; partition < subscription.CommandPartitions; partition++)
        {
            yield return WireNames.PartitionQueue(subscription.Service, partition);
        }
    }
}
