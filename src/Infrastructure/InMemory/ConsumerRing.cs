namespace Messaging.InMemory;

/// <summary>The consumers of a queue, who take turns.</summary>
internal sealed class ConsumerRing
{
    private readonly List<Consumer> _consumers = [];
    private int _turn;

    public int Count => _consumers.Count;

    public void Add(Consumer consumer) => _consumers.Add(consumer);

    public bool Remove(Consumer consumer)
    {
        var index = _consumers.IndexOf(consumer);
        if (index < 0)
        {
            return false;
        }

        _consumers.RemoveAt(index);

        // Whose turn it was stays next; behind the last comes the first.
        if (index < _turn)
        {
            _turn--;
        }
        else if (_turn == _consumers.Count)
        {
            _turn = 0;
        }

        return true;
    }

    /// <summary>The next in turn that has credit; null when none has.</summary>
    public Consumer? TakeTurn()
    {
        var count = _consumers.Count;
        for (var i = 0; i < count; i++)
        {
            var index = _turn + i;
            if (index >= count)
            {
                index -= count;
            }

            if (_consumers[index].HasCredit)
            {
                _turn = index + 1 == count ? 0 : index + 1;
                return _consumers[index];
            }
        }

        return null;
    }

    /// <summary>The one that a partition falls to, so that consumers of several partitions share them; null where there is none.</summary>
    public Consumer? Of(int partition) => _consumers.Count == 0 ? null : _consumers[partition % _consumers.Count];

    public List<Consumer> ToList() => [.. _consumers];
}
