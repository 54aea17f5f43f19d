namespace Messaging.Running;

/// <summary>
/// Remembers cancels whose call is not here (yet): a cancel can overtake its call, and every worker of a service hears
/// all of them. The oldest are forgotten, as those calls end by their deadline anyway.
/// </summary>
internal sealed class EarlyCancels(int capacity)
{
    private readonly HashSet<CallId> _ids = [];
    private readonly Queue<CallId> _order = new();
    private readonly Lock _lock = new();
    private volatile int _count;

    public void Remember(CallId id)
    {
        lock (_lock)
        {
            if (!_ids.Add(id))
            {
                return;
            }

            _order.Enqueue(id);
            while (_order.Count > capacity)
            {
                _ids.Remove(_order.Dequeue());
            }

            _count = _ids.Count;
        }
    }

    /// <summary>Whether the call was cancelled before it came.</summary>
    public bool Contains(CallId id)
    {
        if (_count == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return _ids.Contains(id);
        }
    }
}
