using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>
/// The delayed commands that were cancelled. They are on disk, so to speak. Each is remembered for longer than any delay
/// lasts, unless a worker has it forgotten before.
/// </summary>
internal sealed class CancelledCommands(TimeProvider time)
{
    private static readonly TimeSpan _remembered = OutboundMessage.MaxDelay + TimeSpan.FromDays(1);

    private readonly Lock _sync = new();
    private readonly Dictionary<(string Service, string MessageId), long> _since = [];

    // In the order of their time. Of one that was forgotten, or cancelled again since, an entry is left over.
    private readonly Queue<((string Service, string MessageId) Key, long Since)> _order = new();

    public int Count
    {
        get
        {
            lock (_sync)
            {
                DropOld();
                return _since.Count;
            }
        }
    }

    public void Remember(string service, string messageId)
    {
        lock (_sync)
        {
            DropOld();
            var now = time.GetTimestamp();
            _since[(service, messageId)] = now;
            _order.Enqueue(((service, messageId), now));
        }
    }

    public bool Contains(string service, string messageId)
    {
        lock (_sync)
        {
            DropOld();
            return _since.ContainsKey((service, messageId));
        }
    }

    public void Forget(string service, string messageId)
    {
        lock (_sync)
        {
            _since.Remove((service, messageId));
        }
    }

    public void Clear()
    {
        lock (_sync)
        {
            _since.Clear();
            _order.Clear();
        }
    }

    private void DropOld()
    {
        while (_order.TryPeek(out var oldest) && (time.GetElapsedTime(oldest.Since) > _remembered || !IsCurrent(oldest)))
        {
            _order.Dequeue();
            if (IsCurrent(oldest))
            {
                _since.Remove(oldest.Key);
            }
        }
    }

    private bool IsCurrent(((string Service, string MessageId) Key, long Since) entry) =>
        _since.TryGetValue(entry.Key, out var since) && since == entry.Since;
}
