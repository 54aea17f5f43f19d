using Messaging;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>
/// A worker's host starts even where the broker is still booting, and the worker joins when it can. So the tour calls
/// until each of them has answered. NoRoute says that nothing was run: a caller who knows better may try again.
/// </summary>
internal sealed class WorkersJoin : ITourStep
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    public string Title => "Workers join as soon as there is a broker";

    // RabbitMQ takes a few seconds to boot, and more on a busy machine.
    public TimeSpan Limit => TimeSpan.FromMinutes(1);

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var start = stage.Time.GetTimestamp();
        var absent = stage.Workers.ToHashSet(StringComparer.Ordinal);
        while (absent.Count > 0)
        {
            try
            {
                absent.Remove((await stage.Orders.QuoteAsync(new QuoteRequest("tea", 1), ct)).ServedBy);
            }
            catch (RpcException failure) when (failure.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                await Task.Delay(_pause, stage.Time, ct);
            }
        }

        return $"{string.Join(", ", stage.Workers)} have answered after {stage.Time.GetElapsedTime(start).TotalSeconds:0.0} s";
    }
}
