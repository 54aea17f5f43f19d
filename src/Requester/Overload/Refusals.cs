using System.Globalization;
using Messaging.Telemetry;

namespace Messaging.Overload;

/// <summary>Says why calls of a service are refused in time: cheaply, as there are many while there are any.</summary>
internal sealed class Refusals(ServiceLoad load)
{
    private const double TextMs = 100;
    private const double BurstMs = 10_000;

    private readonly KeyValuePair<string, object?>[] _tags = MessagingMetrics.RefusedInTimeTags(load.Service, "requester");
    private readonly Lock _lock = new();
    private string _detail = string.Empty;
    private double _detailAt = double.NegativeInfinity;
    private double _lastAt = double.NegativeInfinity;
    private TimeSpan _retryAfter;

    /// <summary>Refuses a call.</summary>
    /// <param name="operation">Its operation.</param>
    /// <param name="isFirst">Whether none has been refused for a while.</param>
    public RpcException Create(OperationDescriptor operation, out bool isFirst)
    {
        MessagingTelemetry.RefusedInTime.Add(1, _tags);
        string detail;
        TimeSpan retryAfter;
        lock (_lock)
        {
            var now = load.Now;
            isFirst = now - _lastAt > BurstMs;
            _lastAt = now;
            if (now - _detailAt > TextMs)
            {
                _detailAt = now;
                Describe(now);
            }

            (detail, retryAfter) = (_detail, _retryAfter);
        }

        return new RpcException(StatusCode.ResourceExhausted, detail)
        {
            Reason = FailureReason.Overloaded,
            Operation = operation.FullName,
            RetryAfter = retryAfter,
        };
    }

    // The same text for all of a moment: making one for each would cost more than the rest of a refusal.
    private void Describe(double now)
    {
        var rate = load.AnswersPerMs(now);
        var waiting = load.Window.Waiting;
        var line = rate > 0 ? Math.Ceiling(waiting / rate) : 0;
        var atWorkers = Math.Ceiling(load.Limit.IsOpen ? 0 : load.Limit.WaitMs);
        _retryAfter = TimeSpan.FromMilliseconds(line + atWorkers);
        _detail = string.Create(
            CultureInfo.InvariantCulture,
            $"Refused in time at stage 'requester': {waiting:N0} calls to '{load.Service}' wait here for room, of which {rate * 1000:N0} a second are answered, and workers take them after {atWorkers:N0} ms: too long for the time that this one had. Its workers are slower than its callers: add workers, or call less.");
    }
}
