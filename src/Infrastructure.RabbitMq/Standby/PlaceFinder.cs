using Messaging.Wire;

namespace Messaging.RabbitMq;

/// <summary>Finds out where a service takes calls. Those who ask at the same time share the answer.</summary>
internal sealed class PlaceFinder(string service, HomeLook look, LinkLifetime link)
{
    // A service that nobody serves must not cost the broker a look for each call.
    private static readonly TimeSpan _missingHolds = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<CallPlace>? _finding;
    private long? _missingAt;

    /// <summary>Whether it was found a moment ago that nobody serves.</summary>
    public bool IsKnownMissing
    {
        get
        {
            lock (_lock)
            {
                return _missingAt is { } missing && TimeProvider.System.GetElapsedTime(missing) < _missingHolds;
            }
        }
    }

    /// <summary>Looks.</summary>
    public Task<CallPlace> FindAsync()
    {
        lock (_lock)
        {
            return _finding is { IsCompleted: false } finding ? finding : _finding = FindNowAsync();
        }
    }

    private async Task<CallPlace> FindNowAsync()
    {
        var place = await LookAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _missingAt = place == CallPlace.Missing ? TimeProvider.System.GetTimestamp() : null;
        }

        return place;
    }

    private async Task<CallPlace> LookAsync()
    {
        var own = await look.FindAsync(service, link.LostToken).ConfigureAwait(false);
        if (own.Home == QueueHome.Here)
        {
            return CallPlace.Home;
        }

        var standby = await look.FindAsync(WireNames.StandbyQueue(service), link.LostToken).ConfigureAwait(false);
        return standby.Home switch
        {
            QueueHome.Here => CallPlace.Standby,
            QueueHome.Denied when own.Home == QueueHome.Denied => CallPlace.Unsure,
            _ => own.Home is QueueHome.Down or QueueHome.Silent ? CallPlace.Away : CallPlace.Missing,
        };
    }
}
