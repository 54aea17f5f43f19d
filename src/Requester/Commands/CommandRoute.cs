using Messaging.Wire;

namespace Messaging.Commands;

/// <summary>Where a command goes.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Key">The key of its order; null for a command that is in none.</param>
internal readonly record struct CommandRoute(string Queue, string? Key = null)
{
    /// <exception cref="ArgumentException">The options ask for what the contract does not provide.</exception>
    public static CommandRoute Of<TRequest>(Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options)
    {
        if (options?.Priority is not null && operation.Priority is null)
        {
            throw new ArgumentException(
                $"The contract of '{operation.FullName}' names no priority, so its workers need not have a queue for urgent commands: mark it [Command(Priority = CommandPriority.Normal)], or leave CallOptions.Priority out.",
                nameof(options));
        }

        if (operation is { Partitions: > 0, OrderKey: { } keyOf })
        {
            var key = (command is null ? null : keyOf(command)) ?? string.Empty;
            return new CommandRoute(WireNames.PartitionQueue(operation.Service, CommandPartition.Of(key, operation.Partitions)), key);
        }

        return new CommandRoute((options?.Priority ?? operation.Priority) == CommandPriority.High
            ? WireNames.HighCommandsQueue(operation.Service)
            : WireNames.CommandsQueue(operation.Service));
    }
}
