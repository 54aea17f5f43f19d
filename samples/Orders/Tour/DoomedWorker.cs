namespace Orders.Tour;

/// <summary>A fourth worker, started to die in the middle of its work.</summary>
internal abstract class DoomedWorker : IAsyncDisposable
{
    public string Name => "doomed";

    /// <summary>How it died, to continue "… over 2 of 8 calls".</summary>
    public abstract string Fate { get; }

    /// <summary>Starts one: a process of its own where there is a broker between processes, else a worker in this process.</summary>
    public static async Task<DoomedWorker> StartAsync(TourStage stage, CancellationToken ct) => stage.Here.Broker.Uri is { } uri
        ? await WorkerProcess.LaunchAsync(uri, ct)
        : await UnpluggedWorker.JoinAsync(stage, ct);

    /// <summary>Completes when it has begun to serve an audit.</summary>
    public abstract Task BusyAsync(CancellationToken ct);

    /// <summary>Ends it without a goodbye: nothing is drained, answered or acknowledged.</summary>
    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
