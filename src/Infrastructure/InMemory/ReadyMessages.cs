namespace Messaging.InMemory;

/// <summary>
/// The messages of a queue that no consumer has, in the order in which they were published. Those that came back are
/// kept apart by their place: all of them are older than any that was never delivered, so they come first.
/// </summary>
internal sealed class ReadyMessages
{
    private readonly PriorityQueue<BrokerMessage, long> _returned = new();
    private BrokerMessage? _first;
    private BrokerMessage? _last;
    private int _freshCount;

    public int Count => _returned.Count + _freshCount;

    public void Append(BrokerMessage message)
    {
        if (_last is null)
        {
            _first = message;
        }
        else
        {
            _last.Next = message;
        }

        _last = message;
        _freshCount++;
    }

    public void PutBack(BrokerMessage message) => _returned.Enqueue(message, message.Sequence);

    public BrokerMessage? Peek() => _returned.TryPeek(out var message, out _) ? message : _first;

    public BrokerMessage? Take()
    {
        if (_returned.TryDequeue(out var returned, out _))
        {
            return returned;
        }

        if (_first is not { } first)
        {
            return null;
        }

        _first = first.Next;
        first.Next = null;
        if (_first is null)
        {
            _last = null;
        }

        _freshCount--;
        return first;
    }

    /// <summary>Takes all, in order.</summary>
    public List<BrokerMessage> TakeAll()
    {
        var all = new List<BrokerMessage>(Count);
        while (Take() is { } message)
        {
            all.Add(message);
        }

        return all;
    }
}
