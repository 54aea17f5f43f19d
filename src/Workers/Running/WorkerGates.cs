using Messaging.Batching;
using Messaging.Handling;
using Messaging.Overload;
using Messaging.Pipeline;
using Messaging.Transport;

namespace Messaging.Running;

/// <summary>How many of a worker's calls and commands run at once: a gate for each kind of queue that it serves.</summary>
internal sealed class WorkerGates
{
    private readonly ConcurrencyGate? _commands;
    private readonly ConcurrencyGate? _highCommands;
    private readonly ConcurrencyGate? _orderedCommands;
    private readonly ConcurrencyGate[] _all;

    public WorkerGates(OperationTable operations, WorkerOptions options, Turns turns, Func<WorkerCall, ValueTask> serve, TimeProvider time)
    {
        Calls = new ConcurrencyGate(options.Concurrency, turns, serve, new WaitingRoom(time, OverloadWidth.MaxWaitingOf(options.Concurrency)));
        _commands = operations.HasCommands ? new ConcurrencyGate(options.CommandConcurrency, turns, serve, new WaitingRoom(time)) : null;
        _highCommands = operations.HasHighCommands ? new ConcurrencyGate(options.EffectiveHighCommandConcurrency, turns, serve, new WaitingRoom(time)) : null;

        // Each partition hands over one command at a time, so this bounds nothing.
        _orderedCommands = operations.Partitions > 0 ? new ConcurrencyGate(int.MaxValue, turns, serve, new WaitingRoom(time)) : null;
        _all = [.. new[] { Calls, _commands, _highCommands, _orderedCommands }.OfType<ConcurrencyGate>()];
        Concurrency = options.Concurrency
            + (_commands is null ? 0 : options.CommandConcurrency)
            + (_highCommands is null ? 0 : options.EffectiveHighCommandConcurrency)
            + operations.Partitions;
    }

    public ConcurrencyGate Calls { get; }

    /// <summary>How many may run at once, of all kinds.</summary>
    public int Concurrency { get; }

    public int Running => _all.Sum(static gate => gate.Running);

    /// <summary>The gate of a queue's deliveries.</summary>
    public ConcurrencyGate Of(QueueKind queue) => queue switch
    {
        QueueKind.Calls => Calls,
        QueueKind.HighCommands => _highCommands!,
        QueueKind.OrderedCommands => _orderedCommands!,
        _ => _commands!,
    };

    /// <summary>Lets nothing more in. Complete when all that was taken has been served, or is parked.</summary>
    public Task StopAsync() => Task.WhenAll(_all.Select(static gate => gate.StopAsync()));

    /// <summary>Completes, once nothing more is let in, when nothing that was taken is left, be it parked.</summary>
    public Task WhenEmptyAsync() => Task.WhenAll(_all.Select(static gate => gate.WhenEmptyAsync()));
}
