using System.Collections.Concurrent;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <content>What the broker keeps while it has nowhere to go: delayed messages, and those for a queue that is full or was deleted.</content>
public sealed partial class InMemoryBroker
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _limits = new(StringComparer.Ordinal);

    /// <summary>Has a queue refuse what is more than so many messages, as an operator's policy does; null for any number.</summary>
    internal void Limit(string queue, int? messages)
    {
        if (messages is { } limit)
        {
            _limits[queue] = limit;
        }
        else
        {
            _limits.TryRemove(queue, out _);
        }
    }

    /// <summary>Whether a queue has as many messages as it may.</summary>
    internal bool IsFull(string queue) =>
        _limits.TryGetValue(queue, out var limit) && _queues.TryGetValue(queue, out var found) && found is WorkQueue work && work.Count() >= limit;

    /// <summary>Has messages be delayed for a queue, and those brought to it that found none of its name when they were due.</summary>
    internal void MakeKnown(WorkQueue queue)
    {
        _known[queue.Name] = true;
        if (!_queues.TryGetValue(WireNames.DelayLost, out var found) || found is not WorkQueue lost)
        {
            return;
        }

        foreach (var message in lost.TakeFor(queue.Name))
        {
            if (!TryKeep(queue.Name, message))
            {
                Delayed.Keep(queue.Name, message);
            }
        }
    }

    /// <summary>
    /// Moves a message to a dead-letter queue, with <see cref="WireNames.DeadReason"/>, <see cref="WireNames.DeadQueue"/>
    /// and <see cref="WireNames.DeadAttempts"/> (how often it was delivered) among its headers and without its expiration.
    /// </summary>
    internal void DeadLetter(string queue, BrokerMessage message, string from, string reason)
    {
        var headers = message.CopyHeaders();
        headers[WireNames.DeadQueue] = from;
        headers[WireNames.DeadReason] = reason;
        headers[WireNames.DeadAttempts] = (long)message.Returns;
        var dead = new BrokerMessage(
            message.Content with { Headers = headers, Expiration = null }, persistent: true, BrokerMessage.NeverExpires, Pool)
        {
            IsLetter = true,
        };
        message.Release();
        if (!TryKeep(queue, dead))
        {
            Delayed.Keep(queue, dead);
        }
    }

    /// <summary>Puts a message into its queue; false where that is full. Where it was deleted a letter has it declared again, and others are lost.</summary>
    internal bool TryKeep(string name, BrokerMessage message)
    {
        if (IsFull(name))
        {
            return false;
        }

        if (!message.IsLetter)
        {
            if (TryFind(name, out var queue) && queue.TryEnqueue(message))
            {
                return true;
            }

            message.Destination = name;
            name = WireNames.DelayLost;
        }

        // Whoever deletes the queue in between must not cost anyone a command.
        while (!Declare(name, QueueArguments.DeadLetters).TryEnqueue(message))
        {
        }

        return true;
    }

    private bool TryDelay(in OutboundMessage message, string? expiration, int seconds)
    {
        if (!_known.ContainsKey(message.Queue))
        {
            return false;
        }

        // As on a quorum queue, it is persistent whatever it says.
        Delayed.Add(message.Queue, new BrokerMessage(ToContent(message, expiration), persistent: true, BrokerMessage.NeverExpires, Pool), seconds);
        return true;
    }
}
