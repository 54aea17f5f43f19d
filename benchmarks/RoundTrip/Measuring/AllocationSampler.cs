using System.Diagnostics.Tracing;

namespace Messaging.RoundTrip.Measuring;

/// <summary>
/// Samples what this process allocates, by type: the runtime reports one object in about every 100 KB, and that one
/// stands for all of them. It allocates a per cent or two itself.
/// </summary>
internal sealed class AllocationSampler : EventListener
{
    private const string RuntimeSource = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GarbageCollection = (EventKeywords)0x1;
    private const string AllocationTick = "GCAllocationTick_V4";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);
    private bool _counting;

    // Set by the base class's constructor, which announces the sources: an initializer here would come too early to matter.
    private EventSource? _runtime;

    /// <summary>Has the runtime report. Nothing is counted yet.</summary>
    public void Enable() => EnableEvents(_runtime!, EventLevel.Verbose, GarbageCollection);

    /// <summary>Counts from now on.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _counting = true;
        }
    }

    /// <summary>Counts no more.</summary>
    /// <returns>Bytes by the name of the type.</returns>
    public IReadOnlyDictionary<string, long> Stop()
    {
        DisableEvents(_runtime!);
        lock (_lock)
        {
            _counting = false;
            return _bytes;
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, RuntimeSource, StringComparison.Ordinal))
        {
            _runtime = eventSource;
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (!string.Equals(eventData.EventName, AllocationTick, StringComparison.Ordinal) || eventData is not { PayloadNames: { } names, Payload: { } values })
        {
            return;
        }

        var type = (string)values[names.IndexOf("TypeName")]!;
        var bytes = Convert.ToInt64(values[names.IndexOf("AllocationAmount64")], provider: null);
        lock (_lock)
        {
            if (_counting)
            {
                _bytes[type] = _bytes.GetValueOrDefault(type) + bytes;
            }
        }
    }
}
