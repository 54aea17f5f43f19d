using System.Text.Json;
using System.Text.Json.Serialization;
using Messaging.RoundTrip.CommandLine;

namespace Messaging.RoundTrip.Reports;

/// <summary>One JSON object a line, for machines.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions _json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Writes the lines.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="options">What was measured.</param>
    /// <param name="output">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, RunOptions options, TextWriter output)
    {
        foreach (var (median, ratio, types) in lines)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    system = median.System,
                    concurrency = median.Case.Callers,
                    callsPerSecond = Math.Round(median.CallsPerSecond, 1),
                    p50us = Math.Round(median.P50Us, 1),
                    p99us = Math.Round(median.P99Us, 1),
                    cpuUsPerCall = Math.Round(median.CpuUsPerCall, 2),
                    ratio = ratio is { } known ? Math.Round(known, 3) : (double?)null,
                    allocatedBytesPerCall = Math.Round(median.AllocatedBytesPerCall),
                    shareMax = Math.Round(median.ShareMax, 3),
                    handlerUs = Math.Round(median.HandlerUs, 1),
                    payloadBytes = median.Case.PayloadBytes,
                    handler = Duration.Format(median.Case.Handler),
                    workers = median.Case.Workers,
                    requesters = median.Case.Requesters,
                    workerConcurrency = options.Concurrency,
                    queue = options.Queue.ToString().ToLowerInvariant(),
                    split = options.Split,
                    allocations = options.Allocations ? types.Select(type => new { type = type.Name, bytesPerCall = Math.Round(type.BytesPerCall, 1) }) : null,
                },
                _json));
        }
    }
}
