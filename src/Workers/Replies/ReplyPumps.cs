using Messaging.Running;
using Microsoft.Extensions.Logging;

namespace Messaging.Replies;

/// <summary>The pumps of a link, one for each requester that reads batches and has calls here.</summary>
internal sealed class ReplyPumps(WorkerLink link, ILogger logger)
{
    // Requesters come and go; below this it is not worth forgetting those who are silent.
    private const int Kept = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ReplyPump> _byAddress = new(StringComparer.Ordinal);

    /// <summary>The pump for an address, with so many calls more.</summary>
    public ReplyPump Enter(string replyTo, int calls)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(replyTo, out var pump))
            {
                pump = new ReplyPump(link, replyTo, logger);
                _byAddress.Add(replyTo, pump);
            }

            pump.Enter(calls);
            return pump;
        }
    }

    /// <summary>A call is done.</summary>
    public void Leave(ReplyPump pump)
    {
        if (pump.Leave() == 0 && _byAddress.Count > Kept)
        {
            Forget(pump);
        }
    }

    /// <summary>Completes when all replies have been handed to the connection.</summary>
    public Task WhenIdleAsync()
    {
        var idle = new List<Task>();
        lock (_lock)
        {
            foreach (var pump in _byAddress.Values)
            {
                idle.Add(pump.WhenIdleAsync());
            }
        }

        return Task.WhenAll(idle);
    }

    private void Forget(ReplyPump pump)
    {
        lock (_lock)
        {
            // A reply that is still on its way keeps it here, where stopping waits for it.
            if (pump is { Calls: 0, IsIdle: true })
            {
                _byAddress.Remove(pump.ReplyTo);
            }
        }
    }
}
