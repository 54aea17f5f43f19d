using Messaging.Wire;
using Microsoft.Extensions.Options;

namespace Messaging.Watching;

/// <summary>The services that are shown: those that the options name, and those that were ever alive, up to a limit.</summary>
internal sealed class KnownServices(IOptions<DashboardOptions> options)
{
    /// <summary>How many are shown: what announces itself may be anything.</summary>
    public const int Limit = 200;

    private readonly Lock _lock = new();
    private readonly SortedSet<string> _names = new(options.Value.Services, StringComparer.Ordinal);

    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _names];
            }
        }
    }

    public void Add(IEnumerable<string> services)
    {
        lock (_lock)
        {
            foreach (var service in services)
            {
                if (_names.Count >= Limit)
                {
                    return;
                }

                if (ServiceNames.IsValid(service))
                {
                    _names.Add(service);
                }
            }
        }
    }
}
