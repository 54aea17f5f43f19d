using System.Globalization;
using System.Net;

namespace Messaging.RoundTrip.Processes;

/// <summary>Finds the broker's process by the port that it listens on. Linux only: it reads /proc.</summary>
internal static class ListeningProcess
{
    private const string ListenState = "0A";
    private const string BrokerCommand = "beam.smp";

    /// <summary>The id of the Erlang machine that serves an address of this machine.</summary>
    /// <param name="broker">The broker's amqp URI.</param>
    /// <returns>Null when the broker is elsewhere, in a network of its own, or another user's.</returns>
    public static int? Find(Uri broker)
    {
        if (!OperatingSystem.IsLinux() || !(broker.IsLoopback || IPAddress.TryParse(broker.Host, out var address) && IPAddress.IsLoopback(address)))
        {
            return null;
        }

        var port = broker.Port > 0 ? broker.Port : 5672;
        var sockets = ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
            .Where(File.Exists)
            .SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => string.Equals(fields[3], ListenState, StringComparison.Ordinal) && PortOf(fields[1]) == port)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateDirectories("/proc")
            .Where(folder => IsBroker(folder) && Owns(folder, sockets))
            .Select(folder => (int?)int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .FirstOrDefault();
    }

    private static int PortOf(string endPoint) =>
        int.Parse(endPoint.AsSpan(endPoint.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool IsBroker(string folder)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0])
                && File.ReadAllText(Path.Combine(folder, "comm")).StartsWith(BrokerCommand, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private static bool Owns(string folder, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "fd"))
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
            return false;
        }
    }
}
