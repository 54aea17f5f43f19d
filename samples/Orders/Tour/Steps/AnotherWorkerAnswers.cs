using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>A worker dies over calls it has begun: they are redelivered, and others answer.</summary>
internal sealed class AnotherWorkerAnswers : ITourStep
{
    private const int Calls = 8;

    public string Title => "A worker dies, another answers its calls";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        await using var doomed = await DoomedWorker.StartAsync(stage, ct);
        var calls = Task.WhenAll(Enumerable.Range(1, Calls)
            .Select(number => stage.Orders.AuditAsync(new Audit($"ledger-{number}", Shelves: 8), ct)));
        await doomed.BusyAsync(ct);
        await doomed.KillAsync();

        var reports = await calls;
        var rescued = reports.Where(report => report.Attempt > 1).ToList();
        UnexpectedException.Unless(rescued.Count > 0, "no call was delivered again");
        UnexpectedException.Unless(reports.All(report => report.ServedBy != doomed.Name), "the dead worker answered");
        return $"{doomed.Fate} over {rescued.Count} of {Calls} calls; " +
            $"{string.Join(" and ", rescued.Select(report => report.ServedBy).Distinct(StringComparer.Ordinal))} answered them at the second attempt";
    }
}
