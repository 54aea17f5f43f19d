using System.CommandLine.Parsing;

namespace Messaging.Faults.Run;

/// <summary>Finds the root folder of another RabbitMQ than the installed one.</summary>
internal static class BrokerFolder
{
    private const string Server = "usr/lib/rabbitmq/bin/rabbitmq-server";

    // As eng/brokers.sh has it: Debian's releases by the versions that they hold.
    private static readonly Dictionary<string, string> _releases = new(StringComparer.Ordinal)
    {
        ["3.10"] = "bookworm",
        ["4.0"] = "trixie",
        ["4.3"] = "sid",
    };

    /// <summary>Reads a version, or a folder.</summary>
    public static string? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var folder = _releases.TryGetValue(text, out var release) ? Path.Combine(Made(), release, "root") : Path.GetFullPath(text);
        if (!File.Exists(Path.Combine(folder, Server)))
        {
            result.AddError($"There is no RabbitMQ in {folder}. Make one: eng/brokers.sh {(release is null ? "VERSION" : text)}.");
        }

        return folder;
    }

    private static string Made() =>
        Environment.GetEnvironmentVariable("MESSAGING_BROKERS") is { Length: > 0 } folder
            ? folder
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                    ? cache
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "messaging-brokers");
}
