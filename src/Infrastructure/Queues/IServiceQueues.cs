namespace Messaging;

/// <summary>Looks at the queues of services at the broker, without changing them. Injectable wherever <c>AddMessaging()</c> was called.</summary>
public interface IServiceQueues
{
    /// <summary>The queues that a service has, in this order: calls, commands, urgent commands, ordered commands, dead letters.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>A state for each queue that is there; empty where no worker of the service has declared any.</returns>
    /// <exception cref="RpcException">The broker can't be reached, or denies it.</exception>
    Task<IReadOnlyList<QueueState>> ListAsync(string service, CancellationToken cancellationToken = default);
}

/// <summary>A queue at the broker, as it was a moment ago.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Purpose">What it holds.</param>
/// <param name="Messages">How many messages wait in it. Those that a worker has and has not settled don't count.</param>
/// <param name="Consumers">How many consumers it has.</param>
public sealed record QueueState(string Name, QueuePurpose Purpose, long Messages, int Consumers);

/// <summary>What a service's queue holds.</summary>
public enum QueuePurpose
{
    /// <summary>Calls.</summary>
    Calls = 0,

    /// <summary>Commands.</summary>
    Commands = 1,

    /// <summary>Urgent commands.</summary>
    UrgentCommands = 2,

    /// <summary>Commands of one partition, in their order.</summary>
    OrderedCommands = 3,

    /// <summary>Commands that failed for good.</summary>
    DeadLetters = 4,
}
