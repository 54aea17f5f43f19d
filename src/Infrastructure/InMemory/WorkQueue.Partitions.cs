namespace Messaging.InMemory;

/// <content>Who gets the next message: the consumer whose turn it is, or the one that has the partition.</content>
internal sealed partial class WorkQueue
{
    private Consumer? _active;

    private Consumer? TakeTurn()
    {
        if (Arguments.Partition is not { } partition)
        {
            return _consumers.TakeTurn();
        }

        // A partition changes hands only between two messages, else they could overtake each other.
        if (_active is not { HasUnsettled: true })
        {
            _active = _consumers.Of(partition);
        }

        return _active is { HasCredit: true } ? _active : null;
    }
}
