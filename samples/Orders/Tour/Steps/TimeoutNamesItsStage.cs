using Messaging;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>A call ends by its deadline, and says how far it had come.</summary>
internal sealed class TimeoutNamesItsStage : ITourStep
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(2);

    public string Title => "A timeout names its stage";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var impatient = stage.Orders.With(new CallOptions { Timeout = _timeout });
        var start = stage.Time.GetTimestamp();
        try
        {
            await impatient.AuditAsync(new Audit("too-slow", Shelves: 50), ct);
        }
        catch (RpcException failure) when (failure.Status == StatusCode.DeadlineExceeded)
        {
            var took = stage.Time.GetElapsedTime(start);
            UnexpectedException.Unless(took < _timeout + _grace, $"a timeout of 300 ms ended after {took.TotalMilliseconds:0} ms");
            UnexpectedException.Unless(failure.Detail.Contains("stage", StringComparison.Ordinal), $"the timeout names no stage: {failure.Detail}");
            return $"after {took.TotalMilliseconds:0} ms: {failure.Detail}";
        }

        throw new UnexpectedException("an audit of five seconds was done within 300 ms");
    }
}
