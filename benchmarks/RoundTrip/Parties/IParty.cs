namespace Messaging.RoundTrip.Parties;

/// <summary>
/// One process's share of a measurement: some workers, some requesters, or both. It is connected when it is made, and
/// closes everything when it is disposed. All parties of a measurement go through its steps together.
/// </summary>
internal interface IParty : IAsyncDisposable
{
    /// <summary>Complete when the party ended before it was told to; <see cref="StopAsync"/> says why.</summary>
    Task Ended { get; }

    /// <summary>Step 1: its callers begin to call. Nothing counts yet.</summary>
    Task BeginAsync();

    /// <summary>Step 2: everything counts from now on.</summary>
    Task MeasureAsync();

    /// <summary>Step 3: nothing counts any more, and the callers stop.</summary>
    /// <returns>What was counted, when the last call has ended.</returns>
    /// <exception cref="TimeoutException">Calls were never answered.</exception>
    Task<PartyResult> StopAsync();
}
