using Orders.Hosting;
using Orders.Tour.Steps;

namespace Orders.Tour;

/// <summary>The scripted tour: every promise of the library once, seen and checked.</summary>
internal static class GuidedTour
{
    private static readonly ITourStep[] _steps =
    [
        new WorkersJoin(),
        new CallsCompete(),
        new HttpInFront(),
        new TypedFault(),
        new TimeoutNamesItsStage(),
        new CancelStopsTheHandler(),
        new StreamIsFollowed(),
        new AnotherWorkerAnswers(),
        new NobodyServes(),
        new CommandIsAcceptedThenRun(),
    ];

    /// <summary>Takes the tour.</summary>
    /// <returns>0 if every step behaved, else 1.</returns>
    public static async Task<int> RunAsync(Surroundings here)
    {
        var start = here.Time.GetTimestamp();
        var program = new TourProgramme();
        program.Open(here.Broker.Description);

        using var interrupted = new ConsoleInterrupt();
        await using (var stage = await TourStage.SetAsync(here, interrupted.Token))
        {
            foreach (var step in _steps)
            {
                await RunAsync(step, stage, program, interrupted.Token);
            }
        }

        program.Close(_steps.Length, here.Time.GetElapsedTime(start));
        return program.Failures == 0 ? 0 : 1;
    }

    private static async Task RunAsync(ITourStep step, TourStage stage, TourProgramme program, CancellationToken interrupted)
    {
        using var limit = new CancellationTokenSource(step.Limit, stage.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, interrupted);
        try
        {
            program.Behaved(step.Title, await step.RunAsync(stage, either.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            program.Misbehaved(step.Title, $"not done within {step.Limit.TotalSeconds:0} s");
        }
        catch (UnexpectedException unexpected)
        {
            program.Misbehaved(step.Title, unexpected.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever else a step meets is a step that did not behave: the others still run.
            program.Misbehaved(step.Title, $"{failure.GetType().Name}: {failure.Message}");
        }
    }
}
