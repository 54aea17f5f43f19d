namespace Messaging.Running;

/// <summary>
/// Remembers cancels whose call is not here (yet): a cancel can overtake its call, and every worker of a service hears
/// all of them. The oldest are forgotten, as those calls end by their deadline anyway.
/// </summary>
internal sealed class EarlyCancels(int capacity)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly Lock _lock = new();
    private volatile int _count;

    public void Remember(string correlationId)
    {
        lock (_lock)
        {
            if (!_ids.Add(correlationId))
            {
                return;
            }

            _order.Enqueue(correlationId);
            while (_order.Count > capacity)
            {
                _ids.Remove(_order.Dequeue());
            }

            _count = _ids.Count;
        }
    }

    /// <summary>Whether the call was cancelled before it came.</summary>
    public bool Contains(string correlationId)
    {
        if (_count == 0)
        {
            return false;
        }

        lock (_lock)
        {
            return _ids.Contains(correlationId);
        }
    }
}
