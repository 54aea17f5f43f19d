namespace Messaging.RoundTrip.Systems;

/// <summary>
/// One way to make a request/reply round trip over a broker. An instance plays a worker or a requester; whatever it opens is closed when it is disposed.
/// </summary>
internal interface IRoundTripSystem : IAsyncDisposable
{
    /// <summary>Connects a worker that answers every request with what it was sent.</summary>
    /// <param name="setup">As every worker and requester of the measurement has it.</param>
    /// <param name="work">What the handler does before it answers.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken);

    /// <summary>Connects a requester. The worker is already there.</summary>
    /// <param name="setup">As every worker and requester of the measurement has it.</param>
    /// <param name="cancellationToken">Gives up connecting.</param>
    Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken);

    /// <summary>Makes one call and checks its reply. Safe to call from many callers at once.</summary>
    /// <exception cref="InvalidDataException">The reply is not what was sent.</exception>
    ValueTask CallAsync();
}
