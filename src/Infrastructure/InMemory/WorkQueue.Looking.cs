using Messaging.Transport;

namespace Messaging.InMemory;

/// <content>What is done to a queue by those who do not consume it.</content>
internal sealed partial class WorkQueue
{
    /// <summary>Shows the messages that wait, in order and valid only while shown, and keeps them or not.</summary>
    public void Inspect(Action<BrokerMessage> look, bool keep)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            DropExpired(ref after);
            foreach (var message in _ready.TakeAll())
            {
                look(message);
                if (keep)
                {
                    _ready.PutBack(message);
                }
                else
                {
                    message.Release();
                }
            }
        }

        after.Finish(broker, this);
    }

    /// <summary>Takes those that were for a queue that was gone.</summary>
    public List<BrokerMessage> TakeFor(string destination)
    {
        var taken = new List<BrokerMessage>();
        lock (_sync)
        {
            foreach (var message in _ready.TakeAll())
            {
                if (string.Equals(message.Destination, destination, StringComparison.Ordinal))
                {
                    taken.Add(message);
                }
                else
                {
                    _ready.PutBack(message);
                }
            }
        }

        return taken;
    }

    /// <summary>Takes the message that waits first; null when none does. False when the queue is gone.</summary>
    public bool TryGet(out BrokerMessage? message)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            message = null;
            if (_gone)
            {
                return false;
            }

            // A queue that somebody reads is in use, whether by consuming it or not.
            StartIdling();
            DropExpired(ref after);
            message = _ready.Take();
        }

        after.Finish(broker, this);
        return true;
    }

    /// <summary>Takes a message back that was got and not settled.</summary>
    public void GiveBack(BrokerMessage message)
    {
        var after = default(Aftermath);
        lock (_sync)
        {
            PutBack(message, ref after);
            Dispatch(ref after);
        }

        after.Finish(broker, this);
    }

    /// <summary>How many messages its consumers have and have not settled.</summary>
    public int CountUnsettled()
    {
        lock (_sync)
        {
            return _consumers.ToList().Sum(static consumer => consumer.Unsettled);
        }
    }

    /// <summary>How many messages wait.</summary>
    public long Count()
    {
        var after = default(Aftermath);
        long count;
        lock (_sync)
        {
            DropExpired(ref after);
            count = _ready.Count;
        }

        after.Finish(broker, this);
        return count;
    }

    /// <summary>How many messages wait, and how many consumers it has; null when the queue is gone.</summary>
    public QueueCounts? CountAll()
    {
        var after = default(Aftermath);
        QueueCounts? counts;
        lock (_sync)
        {
            DropExpired(ref after);
            counts = _gone ? null : new QueueCounts(_ready.Count, Arguments.Partition is null ? _consumers.Count : Math.Min(1, _consumers.Count));
        }

        after.Finish(broker, this);
        return counts;
    }

    /// <summary>Drops all messages that wait, and says how many there were.</summary>
    public long Purge()
    {
        var count = 0L;
        Inspect(_ => count++, keep: false);
        return count;
    }
}
