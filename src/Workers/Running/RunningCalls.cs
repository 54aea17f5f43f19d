using System.Collections.Concurrent;

namespace Messaging.Running;

/// <summary>The calls that handlers of this worker are serving, to be found by those who stop them.</summary>
internal sealed class RunningCalls
{
    private const int RememberedCancels = 4096;

    private readonly ConcurrentDictionary<RunningCall, string?> _all = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, RunningCall> _byId = new(StringComparer.Ordinal);
    private readonly EarlyCancels _early = new(RememberedCancels);

    public bool WasCancelled(string correlationId) => _early.Contains(correlationId);

    public void Add(RunningCall call, string? correlationId)
    {
        _all[call] = correlationId;
        if (correlationId is not null)
        {
            // A stranger may repeat an id; the first keeps it, the second just can't be cancelled by id.
            _byId.TryAdd(correlationId, call);
            if (_early.Contains(correlationId))
            {
                // The cancel came between the look at delivery and now.
                call.Stop(StopReason.CallerCancelled);
            }
        }
    }

    public void Remove(RunningCall call)
    {
        if (_all.TryRemove(call, out var correlationId) && correlationId is not null)
        {
            _byId.TryRemove(KeyValuePair.Create(correlationId, call));
        }
    }

    public void Cancel(string correlationId)
    {
        _early.Remember(correlationId);
        if (_byId.TryGetValue(correlationId, out var call))
        {
            call.Stop(StopReason.CallerCancelled);
        }
    }

    /// <summary>Stops what a lost link brought.</summary>
    public void StopAll(WorkerLink link, StopReason reason)
    {
        foreach (var (call, _) in _all)
        {
            if (ReferenceEquals(call.Delivery.Link, link))
            {
                call.Stop(reason);
            }
        }
    }

    public void StopAll(StopReason reason)
    {
        foreach (var (call, _) in _all)
        {
            call.Stop(reason);
        }
    }
}
