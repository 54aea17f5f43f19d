namespace Messaging;

/// <summary>
/// The services that are alive, as their workers announce them over the broker. Injectable wherever
/// <c>AddMessaging()</c> was called. It begins to listen when it is first used. What it knows is at most some seconds old: an
/// instance that dies is gone within 15 s, one that stops at once.
/// </summary>
public interface IServiceCatalogue
{
    /// <summary>
    /// The instances that are alive, ordered by service, host and instance. The first use calls the roll, which takes about a
    /// second; later ones answer at once.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A snapshot.</returns>
    /// <exception cref="RpcException">The broker can't be reached, or denies listening: nothing is known of anybody.</exception>
    ValueTask<IReadOnlyList<ServiceInstance>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Snapshots as <see cref="ListAsync"/> gives them: one at once, then one after each change, at most four a second.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The snapshots, until it is cancelled.</returns>
    /// <exception cref="RpcException">The broker can't be reached at the start, or denies listening. Later losses are bridged.</exception>
    IAsyncEnumerable<IReadOnlyList<ServiceInstance>> WatchAsync(CancellationToken cancellationToken = default);
}
