namespace Messaging.RoundTrip.Measuring;

/// <summary>What one system did with one case in one round.</summary>
/// <param name="System">The system's name.</param>
/// <param name="Case">What was measured.</param>
/// <param name="CallsPerSecond">Calls that ended inside the measured time, per second.</param>
/// <param name="P50Us">The median latency in microseconds.</param>
/// <param name="P99Us">The latency in microseconds that one call in a hundred exceeds.</param>
/// <param name="CpuUsPerCall">The processor time of the measured processes per call, in microseconds.</param>
internal sealed record Measurement(
    string System,
    Case Case,
    double CallsPerSecond,
    double P50Us,
    double P99Us,
    double CpuUsPerCall);
