using Messaging.RoundTrip.Measuring;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Reports;

/// <summary>One line of a report: medians over the rounds.</summary>
/// <param name="Median">Every figure is the median of its own kind.</param>
/// <param name="Ratio">The median over the rounds of this system's calls per second to the yardstick's in the same round; null when that was not measured.</param>
/// <param name="Allocations">What was allocated, by type, when it was sampled.</param>
internal sealed record ReportLine(Measurement Median, double? Ratio, IReadOnlyList<AllocatedType> Allocations);

/// <summary>Turns the measurements of all rounds into medians and ratios.</summary>
internal static class Report
{
    /// <summary>Makes the lines of a report, by case, then in the order of the systems.</summary>
    /// <param name="rounds">The measurements of each round.</param>
    public static IReadOnlyList<ReportLine> Lines(IReadOnlyList<IReadOnlyList<Measurement>> rounds)
    {
        var lines = rounds
            .SelectMany(round => round)
            .GroupBy(one => (one.System, one.Case))
            .Select(group => new ReportLine(
                MedianOf([.. group]), Ratio(rounds, group.Key.System, group.Key.Case), AllocationReport.Types([.. group])));
        var cases = rounds[0].Select(one => one.Case).Distinct().ToList();
        return [.. lines.OrderBy(line => cases.IndexOf(line.Median.Case)).ThenBy(line => IndexOf(line.Median.System))];
    }

    private static Measurement MedianOf(IReadOnlyList<Measurement> measurements)
    {
        double Of(Func<Measurement, double> figure) => Median(measurements.Select(figure));
        return measurements[0] with
        {
            CallsPerSecond = Of(one => one.CallsPerSecond),
            P50Us = Of(one => one.P50Us),
            P99Us = Of(one => one.P99Us),
            CpuUsPerCall = Of(one => one.CpuUsPerCall),
            AllocatedBytesPerCall = Of(one => one.AllocatedBytesPerCall),
            ShareMax = Of(one => one.ShareMax),
            HandlerUs = Of(one => one.HandlerUs),
        };
    }

    private static double? Ratio(IReadOnlyList<IReadOnlyList<Measurement>> rounds, string system, Case measured)
    {
        var ratios = new List<double>();
        foreach (var round in rounds)
        {
            var baseline = Find(round, SystemCatalog.BaselineOf(system), measured);
            var own = Find(round, system, measured);
            if (baseline is not null && own is not null)
            {
                ratios.Add(own.CallsPerSecond / baseline.CallsPerSecond);
            }
        }

        return ratios.Count == 0 ? null : Median(ratios);
    }

    private static Measurement? Find(IReadOnlyList<Measurement> round, string system, Case measured) =>
        round.FirstOrDefault(one => one.Case == measured && string.Equals(one.System, system, StringComparison.Ordinal));

    private static int IndexOf(string system) => SystemCatalog.All.ToList().IndexOf(system);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
