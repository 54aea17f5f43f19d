using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Messaging.Observers;

namespace Messaging.Telemetry;

/// <summary>A number that can be asked for at any time.</summary>
/// <param name="What">What it counts.</param>
/// <param name="Name">Of which service, or link.</param>
/// <param name="Value">How much there is.</param>
internal readonly record struct ObservedValue(ObservedKind What, string Name, long Value);

/// <summary>What can be asked for.</summary>
internal enum ObservedKind
{
    /// <summary>Links that should be open.</summary>
    LinksWanted = 0,

    /// <summary>Links that are open.</summary>
    LinksOpen = 1,

    /// <summary>Links whose broker takes nothing for want of memory or disk.</summary>
    LinksBlocked = 2,

    /// <summary>Calls under way.</summary>
    ActiveCalls = 3,

    /// <summary>Calls that wait for room.</summary>
    WaitingCalls = 4,

    /// <summary>Commands that await their confirm.</summary>
    ActiveCommands = 5,

    /// <summary>Handlers that run.</summary>
    ActiveHandlers = 6,

    /// <summary>Handlers that may run.</summary>
    Concurrency = 7,

    /// <summary>Calls that may be under way.</summary>
    CallLimit = 8,
}

/// <summary>Knows what can be asked for, and adds up what is of one name. Asking costs; being asked for does not.</summary>
internal static class ObservedState
{
    public const string Purpose = "messaging.link.purpose";

    private const string Service = "messaging.destination.name";

    private static readonly ConcurrentDictionary<object, Func<IEnumerable<ObservedValue>>> _sources = new(ReferenceEqualityComparer.Instance);

    static ObservedState()
    {
        Create(ObservedKind.LinksWanted, Purpose, "messaging.link.wanted", "{link}", "Links to the broker that should be open.");
        Create(ObservedKind.LinksOpen, Purpose, "messaging.link.open", "{link}", "Links to the broker that are open.");
        Create(ObservedKind.LinksBlocked, Purpose, "messaging.link.blocked", "{link}", "Links on which the broker takes nothing for want of memory or disk.");
        Create(ObservedKind.ActiveCalls, Service, "messaging.client.active_calls", "{call}", "Calls under way.");
        Create(ObservedKind.WaitingCalls, Service, "messaging.client.waiting_calls", "{call}", "Calls that wait for room among those under way.");
        Create(ObservedKind.CallLimit, Service, "messaging.client.call_limit", "{call}", "Calls that may be under way, of which overloaded workers leave few.");
        Create(ObservedKind.ActiveCommands, Service, "messaging.client.active_commands", "{command}", "Commands that await their confirm.");
        Create(ObservedKind.ActiveHandlers, Service, "messaging.process.active", "{handler}", "Handlers that run.");
        Create(ObservedKind.Concurrency, Service, "messaging.process.concurrency", "{handler}", "Handlers that may run at once.");
        MessagingTelemetry.Instruments.Observe(
            "messaging.observer.failures",
            static () => MessagingTelemetry.Meter.CreateObservableCounter("messaging.observer.failures", ObserverFailures.Measure, "{failure}", "What loggers, and listeners of activities and meters, threw."));
    }

    /// <summary>From now on a source is asked too.</summary>
    public static void Add(object source, Func<IEnumerable<ObservedValue>> ask) => _sources[source] = ask;

    /// <summary>A source has ended.</summary>
    public static void Remove(object source) => _sources.TryRemove(source, out _);

    private static void Create(ObservedKind kind, string tag, string name, string unit, string description) =>
        MessagingTelemetry.Instruments.Observe(name, () => MessagingTelemetry.Meter.CreateObservableUpDownCounter(name, () => Observe(kind, tag), unit, description));

    private static List<Measurement<long>> Observe(ObservedKind kind, string tag)
    {
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var ask in _sources.Values)
        {
            foreach (var value in ask())
            {
                if (value.What == kind)
                {
                    sums[value.Name] = sums.GetValueOrDefault(value.Name) + value.Value;
                }
            }
        }

        return [.. sums.Select(sum => new Measurement<long>(sum.Value, new KeyValuePair<string, object?>(tag, sum.Key)))];
    }
}
