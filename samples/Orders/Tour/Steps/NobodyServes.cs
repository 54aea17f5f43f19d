using Messaging;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>No worker has ever served this service: the caller learns it at once, not at the timeout.</summary>
internal sealed class NobodyServes : ITourStep
{
    // A round trip takes a few milliseconds; a busy machine may add to it, but nothing like the timeout of 30 s.
    private static readonly TimeSpan _atOnce = TimeSpan.FromSeconds(2);

    public string Title => "Nobody there is said at once";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var start = stage.Time.GetTimestamp();
        try
        {
            await stage.Returns.RequestLabelAsync(new ReturnRequest("1001"), ct);
        }
        catch (RpcException failure) when (failure is { Status: StatusCode.Unavailable, Reason: FailureReason.NoRoute })
        {
            var took = stage.Time.GetElapsedTime(start);
            UnexpectedException.Unless(took < _atOnce, $"it took {took.TotalMilliseconds:0} ms to say that nobody serves");
            return $"Unavailable (NoRoute) after {took.TotalMilliseconds:0.0} ms of a timeout of 30 s";
        }

        throw new UnexpectedException("a service without workers answered");
    }
}
