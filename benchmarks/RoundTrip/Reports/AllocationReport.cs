using System.Globalization;
using System.Text.RegularExpressions;
using Messaging.RoundTrip.Measuring;
using Spectre.Console;

namespace Messaging.RoundTrip.Reports;

/// <summary>What requesters and workers allocated per call, by type.</summary>
internal static partial class AllocationReport
{
    private const int Rows = 20;

    /// <summary>Adds up what was sampled in all rounds.</summary>
    /// <param name="measurements">Of one system and one case.</param>
    /// <returns>Bytes per call by the short name of the type, most first; empty when nothing was sampled.</returns>
    public static IReadOnlyList<AllocatedType> Types(IReadOnlyList<Measurement> measurements)
    {
        var calls = measurements.Sum(one => one.Calls);
        return
        [
            .. measurements
                .SelectMany(one => one.SampledAllocations)
                .GroupBy(sample => NameSpace().Replace(sample.Key, ""), StringComparer.Ordinal)
                .Select(type => new AllocatedType(type.Key, (double)type.Sum(sample => sample.Value) / calls))
                .OrderByDescending(type => type.BytesPerCall),
        ];
    }

    /// <summary>Writes a table for each system and case.</summary>
    /// <param name="lines">From <see cref="Report.Lines"/>.</param>
    /// <param name="console">Standard output.</param>
    public static void Write(IReadOnlyList<ReportLine> lines, IAnsiConsole console)
    {
        foreach (var (median, _, types) in lines)
        {
            var table = new Table().Border(TableBorder.Rounded);
            table.AddColumn(new TableColumn("bytes/call").RightAligned());
            table.AddColumn(Markup.Escape($"type, {median.System}, {median.Case}"));
            foreach (var type in types.Take(Rows))
            {
                table.AddRow(Format(type.BytesPerCall), Markup.Escape(type.Name));
            }

            if (types.Count > Rows)
            {
                table.AddRow(Format(types.Skip(Rows).Sum(type => type.BytesPerCall)), string.Create(CultureInfo.InvariantCulture, $"{types.Count - Rows} others"));
            }

            table.AddRow(Format(types.Sum(type => type.BytesPerCall)), "all that was sampled");
            console.Write(table);
        }
    }

    private static string Format(double bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"([A-Za-z_]\w*\.)+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameSpace();
}

/// <summary>What one type's objects took.</summary>
/// <param name="Name">Without namespaces.</param>
/// <param name="BytesPerCall">Sampled.</param>
internal sealed record AllocatedType(string Name, double BytesPerCall);
