using Orders.Activity;
using Orders.Worker;

namespace Orders.Tour;

/// <summary>A worker in this process whose connection to the broker is pulled out: to the broker it is as dead as a killed process.</summary>
internal sealed class UnpluggedWorker : DoomedWorker
{
    private readonly TourStage _stage;
    private readonly WorkerInstance _instance;

    private UnpluggedWorker(TourStage stage, WorkerInstance instance) => (_stage, _instance) = (stage, instance);

    public override string Fate => $"{Name} was unplugged";

    public static async Task<UnpluggedWorker> JoinAsync(TourStage stage, CancellationToken ct) =>
        new(stage, await WorkerInstance.StartAsync("doomed", stage.Here, ct));

    public override Task BusyAsync(CancellationToken ct) => _stage.Feed.WaitForAsync(
        entry => entry.Happening == Happening.Started && entry.Source == Name && entry.Subject == "Audit", ct);

    public override async Task KillAsync() => await _instance.UnplugAsync();

    public override ValueTask DisposeAsync() => _instance.DisposeAsync();
}
