using Orders.Activity;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>The caller cancels, and the handler stops where it runs.</summary>
internal sealed class CancelStopsTheHandler : ITourStep
{
    private const string Name = "cancelled";

    public string Title => "Cancelling a call stops its handler";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var call = stage.Orders.AuditAsync(new Audit(Name, Shelves: 100), caller.Token);
        var started = await HappensAsync(Happening.Started);
        await caller.CancelAsync();
        var cancelled = stage.Time.GetTimestamp();
        try
        {
            await call;
            throw new UnexpectedException("a cancelled call was answered");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await HappensAsync(Happening.Stopped);
        }

        return $"{started.Source} stopped counting {stage.Time.GetElapsedTime(cancelled).TotalMilliseconds:0} ms later, with 9 s of work left";

        Task<ActivityEntry> HappensAsync(Happening happening) =>
            stage.Feed.WaitForAsync(entry => entry.Happening == happening && entry.Detail == Name, ct);
    }
}
