using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>The queues that an earlier version declared, with less safety than we would. They are served as they are; each is told of once.</summary>
internal sealed partial class OldQueues(ILogger logger)
{
    private readonly ConcurrentDictionary<string, bool> _found = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public bool Contains(string queue) => _found.ContainsKey(queue);

    /// <summary>Somebody deleted it: the next is declared anew.</summary>
    public void Remove(string queue) => _found.TryRemove(queue, out _);

    /// <param name="queue">The queue.</param>
    /// <param name="command">What gives it by policy what it lacks.</param>
    public void Add(string queue, string command)
    {
        _found[queue] = true;
        if (_told.TryAdd(queue, true))
        {
            LogOld(logger, queue, command);
        }
    }

    [LoggerMessage(112, LogLevel.Warning, "The queue '{Queue}' is one of an earlier version and serves as it is, but the broker may lose what it dead-letters from it, or drop what is too much for it. Give it by policy what it lacks: {Command}")]
    private static partial void LogOld(ILogger logger, string queue, string command);
}
