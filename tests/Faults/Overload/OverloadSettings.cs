using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>What the parties of a run are told: configuration as on any host's command line. All else is the library's default.</summary>
internal static class OverloadSettings
{
    public const string Section = "Overload";

    private const string Worker = $"Messaging:Workers:{ILoaded.Name}:";

    public static IEnumerable<KeyValuePair<string, string>> Of(OverloadOptions options) =>
    [
        Own(nameof(options.Handling), options.Handling.ToString("c", CultureInfo.InvariantCulture)),
        Own(nameof(options.Deadline), options.Deadline.ToString("c", CultureInfo.InvariantCulture)),
        Own(nameof(options.Streams), options.Streams.ToString(CultureInfo.InvariantCulture)),
        Own(nameof(options.Door), options.Door.ToString()),
        new(Worker + "Concurrency", options.Slots.ToString(CultureInfo.InvariantCulture)),
        .. options.QuorumQueue ? [new KeyValuePair<string, string>(Worker + "CallQueue", nameof(CallQueueType.Quorum))] : Array.Empty<KeyValuePair<string, string>>(),
    ];

    private static KeyValuePair<string, string> Own(string name, string value) => new($"{Section}:{name}", value);
}
