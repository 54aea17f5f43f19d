using System.Globalization;

namespace Messaging.CatalogueLoad;

/// <summary>What processor time a process has used, by Linux's account.</summary>
internal static class ProcessorTime
{
    // The kernel counts in hundredths of a second, on every machine that .NET runs on.
    private const double TicksPerSecond = 100;

    public static TimeSpan Of(int processId)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));

        // The second field is a name in brackets, which may hold anything; utime and stime are the 14th and the 15th.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }
}
