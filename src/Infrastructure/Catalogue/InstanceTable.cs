namespace Messaging.Catalogue;

/// <summary>The instances that were heard of and are not forgotten. Not thread-safe.</summary>
internal sealed class InstanceTable(TimeProvider time)
{
    /// <summary>More are not kept: somebody invents them.</summary>
    public const int MaxInstances = 10_000;

    // About what their announcements weigh together, as a bound on what strangers can make a process remember.
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Dictionary<(string Service, string Instance), Entry> _entries = [];
    private IReadOnlyList<ServiceInstance>? _snapshot;
    private long _bytes;

    public int Count => _entries.Count;

    /// <summary>Takes an announcement in. False where there is no room for another instance.</summary>
    public bool TryAdd(Announcement announcement, int bytes)
    {
        var key = (announcement.Service, announcement.Instance);
        var before = _entries.TryGetValue(key, out var known) ? known.Bytes : 0;
        if ((known is null && _entries.Count >= MaxInstances) || _bytes - before + bytes > MaxBytes)
        {
            return false;
        }

        _bytes += bytes - before;
        _entries[key] = new Entry(ToInstance(announcement), bytes, time.GetTimestamp(), AnnouncementFormat.Validity(announcement));
        _snapshot = null;
        return true;
    }

    /// <summary>Forgets who took leave. False where nobody knew it.</summary>
    public bool Remove(Announcement goodbye)
    {
        if (!_entries.Remove((goodbye.Service, goodbye.Instance), out var entry))
        {
            return false;
        }

        _bytes -= entry.Bytes;
        _snapshot = null;
        return true;
    }

    /// <summary>Forgets those of whom nothing was heard for too long. False where there were none.</summary>
    public bool RemoveExpired()
    {
        var before = _entries.Count;
        foreach (var (key, entry) in _entries)
        {
            if (time.GetElapsedTime(entry.HeardAt) > entry.Validity)
            {
                _entries.Remove(key);
                _bytes -= entry.Bytes;
                _snapshot = null;
            }
        }

        return _entries.Count < before;
    }

    /// <summary>All of them in order. The same list until something changes.</summary>
    public IReadOnlyList<ServiceInstance> Snapshot() => _snapshot ??= Array.AsReadOnly(
        [.. _entries.Values
            .Select(static entry => entry.Instance)
            .OrderBy(static instance => instance.Service, StringComparer.Ordinal)
            .ThenBy(static instance => instance.Host, StringComparer.Ordinal)
            .ThenBy(static instance => instance.Instance, StringComparer.Ordinal)]);

    private ServiceInstance ToInstance(Announcement announcement) => new()
    {
        Service = announcement.Service,
        Instance = announcement.Instance,
        Version = announcement.Version,
        Host = announcement.Host!,
        ProcessId = announcement.ProcessId,
        Uptime = TimeSpan.FromMilliseconds(announcement.UptimeMs),
        Concurrency = announcement.Concurrency,
        Running = announcement.Running,
        Draining = announcement.Draining,
        Refused = Math.Max(0, announcement.Refused),
        Operations = Array.AsReadOnly([.. (announcement.Operations ?? []).Select(ToLoad)]),
        LastSeen = time.GetUtcNow(),
    };

    private static OperationLoad ToLoad(AnnouncedOperation operation) => new()
    {
        Name = operation.Name,
        Kind = operation.Kind,
        Handled = operation.Handled,
        Failed = operation.Failed,
        Rate = operation.Rate,
        Median = ToTime(operation.MedianUs),
        Percentile99 = ToTime(operation.Percentile99Us),
    };

    private static TimeSpan? ToTime(long? microseconds) => microseconds is { } value ? TimeSpan.FromMicroseconds(value) : null;

    private sealed record Entry(ServiceInstance Instance, int Bytes, long HeardAt, TimeSpan Validity);
}
