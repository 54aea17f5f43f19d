using System.Collections.Concurrent;

namespace Messaging.Calls;

/// <summary>The services whose calls find no queue just now, although they are served, and why.</summary>
internal sealed class AwayServices
{
    private readonly ConcurrentDictionary<string, string> _why = new(StringComparer.Ordinal);

    public void Set(string service, string? why)
    {
        if (why is null)
        {
            _why.TryRemove(service, out _);
        }
        else
        {
            _why[service] = why;
        }
    }

    public string? Find(string service) => _why.GetValueOrDefault(service);
}
