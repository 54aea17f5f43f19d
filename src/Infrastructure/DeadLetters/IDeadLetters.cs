namespace Messaging;

/// <summary>
/// The commands that failed for good, service by service: to look at, repair, replay or delete while the system runs.
/// Injectable wherever <c>AddMessaging()</c> was called. While one of these methods runs, the letters that it holds are
/// hidden from others that look; whatever it does not remove is back in its place, in order, when it ends.
/// </summary>
public interface IDeadLetters
{
    /// <summary>Counts the dead letters of a service, without those that somebody is looking at.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The count; 0 where no worker of the service has ever declared its queues.</returns>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    Task<long> CountAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Lists dead letters, the oldest first. Nothing is changed.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="limit">How many at most; at least 1. Default: 100.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The dead letters.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is less than 1.</exception>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    Task<IReadOnlyList<DeadLetter>> ListAsync(string service, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts dead letters back into the queues that they came from, behind what waits there, where workers run them as if they were new, with their message
    /// id. Each is removed here when the broker has it safe there. One that fails again comes back with its history.
    /// </summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="select">Chooses; null for all that are there now.</param>
    /// <param name="edit">Changes what is replayed; null to replay it as it was.</param>
    /// <param name="cancellationToken">Stops between two of them.</param>
    /// <returns>How many were replayed.</returns>
    /// <exception cref="RpcException">The broker could not be reached, denies it, or does not take a command; those replayed before stay so, and the one that failed is still here.</exception>
    Task<long> ReplayAsync(
        string service, Func<DeadLetter, bool>? select = null, Func<DeadLetter, DeadLetterEdit?>? edit = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes dead letters for good.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="select">Chooses; null for all that are there now.</param>
    /// <param name="cancellationToken">Stops between two of them.</param>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    Task<long> PurgeAsync(string service, Func<DeadLetter, bool>? select = null, CancellationToken cancellationToken = default);
}
