using System.Text.Json;
using Messaging.RoundTrip.CommandLine;

namespace Messaging.RoundTrip.Reports;

/// <summary>One JSON object a line, for machines.</summary>
internal static class JsonReport
{
    /// <summary>Writes the lines.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="output">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, TextWriter output)
    {
        foreach (var (median, _) in lines)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                system = median.System,
                concurrency = median.Case.Callers,
                payloadBytes = median.Case.PayloadBytes,
                handler = Duration.Format(median.Case.Handler),
                callsPerSecond = Math.Round(median.CallsPerSecond, 1),
                p50us = Math.Round(median.P50Us, 1),
                p99us = Math.Round(median.P99Us, 1),
                cpuUsPerCall = Math.Round(median.CpuUsPerCall, 2),
            }));
        }
    }
}
