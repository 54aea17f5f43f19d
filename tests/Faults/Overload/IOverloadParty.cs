namespace Messaging.Faults.Overload;

/// <summary>A worker or a caller of a run, in this process or in one of its own.</summary>
internal interface IOverloadParty : IAsyncDisposable
{
    /// <summary>Its name, unique in the run.</summary>
    string Name { get; }

    /// <summary>Tells a caller what to do from now on. A worker does nothing but serve.</summary>
    /// <returns>How many of its calls were answered so far.</returns>
    Task<long> ObeyAsync(LoadOrder order, CancellationToken cancellationToken);

    /// <summary>Ends it; complete when every call has its outcome and the timeline is written.</summary>
    Task EndAsync(CancellationToken cancellationToken);
}
