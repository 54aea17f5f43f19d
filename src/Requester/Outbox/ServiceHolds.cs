namespace Messaging.Outbox;

/// <summary>The services whose commands the broker does not take at present, so that they don't hold up the others.</summary>
internal sealed class ServiceHolds(TimeProvider time, TimeSpan maxDelay)
{
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, Hold> _holds = new(StringComparer.Ordinal);

    /// <summary>The services to leave out now.</summary>
    public IReadOnlyCollection<string> Names =>
        _holds.Count == 0 ? [] : [.. _holds.Where(hold => !IsOver(hold.Value)).Select(static hold => hold.Key)];

    /// <summary>How long until the first of them may be tried again; null where there is none.</summary>
    public TimeSpan? Shortest
    {
        get
        {
            TimeSpan? shortest = null;
            foreach (var hold in _holds.Values)
            {
                var left = hold.Delay - time.GetElapsedTime(hold.Since);
                if (left > TimeSpan.Zero && (shortest is null || left < shortest))
                {
                    shortest = left;
                }
            }

            return shortest;
        }
    }

    /// <summary>The broker took one.</summary>
    public void Clear(string service) => _holds.Remove(service);

    /// <summary>The broker refused one: waits, longer each time. Those that fail together are one failure.</summary>
    /// <returns>How long it has been refusing, and whether this began it.</returns>
    public (TimeSpan Lasts, bool IsFirst) Refused(string service)
    {
        if (!_holds.TryGetValue(service, out var hold))
        {
            var now = time.GetTimestamp();
            _holds[service] = new Hold(now, now, _firstDelay);
            return (TimeSpan.Zero, true);
        }

        if (IsOver(hold))
        {
            _holds[service] = hold with { Since = time.GetTimestamp(), Delay = TimeSpan.FromTicks(Math.Min(hold.Delay.Ticks * 2, maxDelay.Ticks)) };
        }

        return (time.GetElapsedTime(hold.First), false);
    }

    private bool IsOver(Hold hold) => time.GetElapsedTime(hold.Since) >= hold.Delay;

    private sealed record Hold(long First, long Since, TimeSpan Delay);
}
